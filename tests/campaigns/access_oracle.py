#!/usr/bin/env python3
"""Who may see what, decided a second time by a plain reading of the domain, and compared cell by cell.

    access_oracle.py ACCESS_CELLS [--step N]

ACCESS_CELLS is the program build/release/tests/access_cells. This file does not read rules/access.toml and shares no code
with the program: each paragraph below is a sentence of the partnership's agreement, written as it is said. A change of the
policy is a change of both. Exit status 0: no cell differs; 1: some do.
"""
import subprocess
import sys
import time

# What each role comes to do: the purposes for which it may open anything about a child.
WORKS_FOR = {
    "social-worker": {"child-protection-enquiry", "assessment", "strategy-discussion"},
    "police-analyst": {"child-protection-enquiry", "strategy-discussion", "crime-investigation"},
    "safeguarding-nurse": {"child-protection-enquiry", "strategy-discussion", "health-safeguarding"},
    "safeguarding-lead": {"child-protection-enquiry", "strategy-discussion", "education-safeguarding"},
    "licensing-officer": {"child-protection-enquiry", "strategy-discussion"},
    "prosecutor": {"crime-investigation"},
    "review-author": {"case-review"},
    "chair": {"case-review", "governance"},
    "governance-officer": {"governance"},
    "data-engineer": {"administration"},
}
PROTECTS_A_CHILD = ("child-protection-enquiry", "strategy-discussion")


def sees(role, agency, purpose, holder, kind, handling, standing):
    mine = agency == holder
    # A sealed record is as if it were not there, and so is somebody the reader declared to know.
    if standing in ("sealed", "conflict"):
        return "nothing"
    # What an agency has not released is its own.
    if handling == "originator-only" and not mine:
        return "nothing"
    # Without a purpose of one's own role: that an agency knows somebody, and no more.
    if purpose not in WORKS_FOR[role]:
        return "exists"
    # Those who chair, check or load do not need what a record says.
    if role in ("chair", "governance-officer", "data-engineer"):
        return "exists"
    # Which service a young person went to is for the safeguarding nurse of Health.
    if kind == "sexual-health":
        return "full" if mine and holder == "health" and role == "safeguarding-nurse" else "exists"
    if mine or standing == "emergency":
        return "full"
    # Health's content is need-to-know: kind and date where a child is being protected or a case reviewed.
    if holder == "health":
        if role == "social-worker" and purpose in PROTECTS_A_CHILD:
            return "outline"
        return "outline" if role == "review-author" else "exists"
    # The two who put the parts together while a child is protected, and a review, read the whole.
    if role in ("social-worker", "police-analyst") and purpose in PROTECTS_A_CHILD:
        return "full"
    if role == "review-author":
        return "full"
    # Licensing learns whom to ring; everybody else the kind and date.
    return "exists" if role == "licensing-officer" else "outline"


def main():
    program = sys.argv[1]
    step = sys.argv[sys.argv.index("--step") + 1] if "--step" in sys.argv else "1"
    before = time.monotonic()
    cells = differences = 0
    depths = {}
    with subprocess.Popen([program, step], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            *cell, depth = line.rstrip("\n").split("\t")
            wanted = sees(*cell)
            cells += 1
            depths[depth] = depths.get(depth, 0) + 1
            if wanted != depth:
                differences += 1
                if differences <= 20:
                    print(f"differs: {' '.join(cell)}: access says {depth}, the oracle {wanted}")
    said = ", ".join(f"{depths.get(d, 0)} {d}" for d in ("nothing", "exists", "outline", "full"))
    print(f"{cells} cells ({said}), {differences} differences, {time.monotonic() - before:.1f} s")
    if process.returncode != 0 or len(depths) != 4:
        print("the cells' program failed, or not every depth was met", file=sys.stderr)
        return 1
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
