"""The files as both sides read them: blanks around fields dropped, the demonstration's joined name column added."""
import csv


def prepare(source, target, concat=()):
    """Copies a CSV file without blanks around its fields. concat: (new column, first, second), NULL where either is."""
    with open(source, newline="", encoding="utf-8-sig") as file, open(target, "w", newline="", encoding="utf-8") as out:
        rows = csv.reader(file, skipinitialspace=True)
        header = [name.strip() for name in next(rows)]
        writer = csv.writer(out)
        writer.writerow(header + [concat[0]] if concat else header)
        if concat:
            first, second = header.index(concat[1]), header.index(concat[2])
        for row in rows:
            row = [field.strip() for field in row]
            if concat:
                row.append(f"{row[first]} {row[second]}" if row[first] and row[second] else "")
            writer.writerow(row)


def load(database, path, name, types=None):
    """The file as a DuckDB table: every column a text unless said, an empty field NULL."""
    types = types or {}
    reader = f"read_csv('{path}', header=true, delim=',', quote='\"', escape='\"', nullstr='', auto_detect=false, columns={{}})"
    with open(path, newline="", encoding="utf-8") as file:
        columns = next(csv.reader(file))
    reader = reader.replace("{}", "{" + ", ".join(f"'{c}': 'VARCHAR'" for c in columns) + "}")
    chosen = ", ".join(f'cast("{c}" as {types[c]}) as "{c}"' if c in types else f'"{c}"' for c in columns)
    database.execute(f"create table {name} as select {chosen} from {reader}")
    return database.table(name)
