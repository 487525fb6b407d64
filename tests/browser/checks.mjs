// What holds and what does not, counted over one run.
let passed = 0
const failures = []

export function check (name, holds, detail = '') {
  if (holds) {
    passed += 1
  } else {
    failures.push(name)
    console.log(`FAILED ${name}${detail ? `: ${detail}` : ''}`)
  }
}

// Says the counts; the status that the process is to end with.
export function summary () {
  console.log(`${passed} passed, ${failures.length} failed`)
  return failures.length ? 1 : 0
}
