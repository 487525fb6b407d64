// The main journey in a real browser: sign in → purpose → search (misspelt) → person → finding → proof → sign out, at
// desktop and phone width and without JavaScript, with axe (WCAG 2.2 AA) on every page visited. Any violation, console
// error or sideways scrolling fails. Screenshots go to tests/browser/output.
//
//   node tests/browser/run.mjs [PROGRAM [ARGUMENT…]]
//
// Without a program it serves a demonstration hub with build/release/wider. The program must print "Listening on
// http://ADDRESS" and lines "Sign in as USER with password PASSWORD (ROLE)". WIDER_BROWSER names another Chromium.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '..', '..')
const output = join(here, 'output')
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const startMinutes = 6
let passed = 0
const failures = []

function check (name, holds, detail = '') {
  if (holds) {
    passed += 1
  } else {
    failures.push(name)
    console.log(`FAILED ${name}${detail ? `: ${detail}` : ''}`)
  }
}

// Starts the program and waits for its address and its demonstration sign-ins.
async function startServer (command, scratch) {
  const [program, ...given] = command.length
    ? command
    : [join(root, 'build/release/wider'), 'demo', '--people', '2000', '--listen', '127.0.0.1:0', '--hub', join(scratch, 'hub')]
  const child = spawn(program, given, { stdio: ['pipe', 'pipe', 'inherit'] })
  const users = new Map()
  const address = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`The program did not serve within ${startMinutes} minutes.`)), startMinutes * 60_000)
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`The program ended early, with ${code}.`)))
    let found
    createInterface({ input: child.stdout }).on('line', (line) => {
      const user = line.match(/Sign in as (\S+) with password (\S+) \((.+)\)/)
      if (user) users.set(user[3].toLowerCase().replaceAll(' ', '-'), { name: user[1], password: user[2] })
      found ??= line.match(/Listening on (http:\/\/\S+)/)?.[1]
      // The two kinds of line may come in either order.
      if (found && users.size) setTimeout(() => { clearTimeout(late); resolve(found) }, 300)
    })
  })
  return { child, address, users }
}

async function stopServer (child) {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.removeAllListeners('exit')
  child.once('exit', () => {})
  child.stdin.end()
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), 10_000)
  if (child.exitCode === null && child.signalCode === null) await Promise.race([ended, new Promise((resolve) => child.once('exit', resolve))])
  clearTimeout(kill)
}

// One browser window of one kind, with what every page must hold.
class Visitor {
  constructor (page, kind) {
    this.page = page
    this.kind = kind
    this.shots = 0
    this.troubles = []
    page.on('pageerror', (error) => this.troubles.push(String(error)))
    page.on('console', (message) => {
      // A refused sign-in is answered with 403, which the browser calls an error.
      if (message.type() === 'error' && !message.text().includes('status of 4')) this.troubles.push(message.text())
    })
  }

  async look (name) {
    const { page, kind } = this
    if (kind.script) {
      // Axe is put in from outside, past the page's own policy, as an extension would be.
      const session = await page.context().newCDPSession(page)
      await session.send('Runtime.evaluate', { expression: axeSource })
      await session.detach()
      const result = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
      const words = result.violations.map((violation) => `${violation.id} at ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`)
      check(`${kind.name}: ${name} passes axe`, words.length === 0, words.join('; '))
      const sideways = await page.evaluate(() => document.body.scrollWidth - document.documentElement.clientWidth)
      check(`${kind.name}: ${name} fits the width`, sideways <= 0, `${sideways} px too wide`)
    }
    check(`${kind.name}: ${name} has one main heading`, await page.locator('h1').count() === 1)
    check(`${kind.name}: ${name} raises no error`, this.troubles.length === 0, this.troubles.join('; '))
    this.troubles.length = 0
    this.shots += 1
    await page.screenshot({ path: join(output, `${kind.name}-${String(this.shots).padStart(2, '0')}-${name}.png`), fullPage: true })
  }
}

async function signIn (visitor, address, user, next = '/') {
  const { page } = visitor
  await page.goto(address + next)
  await page.fill('#username', user.name)
  await page.fill('#password', user.password)
  await page.click('main button[type=submit]')
}

async function journey (visitor, address, user) {
  const { page, kind } = visitor
  const say = (name, holds, detail) => check(`${kind.name}: ${name}`, holds, detail)
  await page.goto(address)
  say('a stranger is asked to sign in', new URL(page.url()).pathname === '/sign-in')
  await visitor.look('sign-in')
  await signIn(visitor, address, { ...user, password: 'wrong' })
  say('a wrong password is refused in words', (await page.textContent('#problem')).includes('not right'))
  await visitor.look('sign-in-refused')
  await signIn(visitor, address, user)
  say('a purpose is asked for after signing in', new URL(page.url()).pathname === '/purpose')
  await visitor.look('purpose')
  await page.check('#kind-child-protection-enquiry')
  await page.fill('#reference', 'concern 2012-0441')
  await page.click('main button[type=submit]')
  say('home follows', new URL(page.url()).pathname === '/')
  say('the purpose stands on the page', (await page.textContent('.wider-purpose')).includes('concern 2012-0441, Child protection enquiry'))
  await visitor.look('home')
  await findingAndPerson(visitor, address, say)
  await page.click('.wider-header__button')
  say('signing out ends the session', new URL(page.url()).pathname === '/signed-out')
  await visitor.look('signed-out')
  await page.goto(`${address}/findings`)
  say('a page asks to sign in again', new URL(page.url()).pathname === '/sign-in')
}

// A letter of the surname is left out, as somebody writes who has only heard the name.
function misspelt (name) {
  const words = name.replace(/[^\p{L}' -]/gu, '').trim().split(/\s+/)
  const last = words.pop()
  return [...words, last.length > 4 ? last.slice(0, 2) + last.slice(3) : last].join(' ')
}

async function findingAndPerson (visitor, address, say) {
  const { page, kind } = visitor
  await page.goto(`${address}/findings`)
  await visitor.look('findings')
  const first = page.locator('a[href^="/finding/"]').first()
  say('there is a finding', await first.count() === 1)
  await first.click()
  say('the finding shows its proof', await page.locator('table:has(caption:text("The proof")) tbody tr').count() >= 2)
  await visitor.look('finding')
  const child = page.locator('ul.wider-inline li', { hasText: '(child)' }).first().locator('a')
  const name = (await child.textContent()).trim()
  await child.click()
  const personPath = new URL(page.url()).pathname
  if (kind.script) {
    await page.waitForSelector('body.js-enabled')
    await page.keyboard.press('/')
    say('"/" goes to the search box', await page.evaluate(() => document.activeElement?.id) === 'search-box')
  }
  await page.fill('#search-box', misspelt(name))
  await page.click('.wider-search button')
  say('no name stands in the address', new URL(page.url()).search === '')
  const hit = page.locator(`a[href="${personPath}"]`).first()
  say('a misspelt search finds the child', await hit.count() === 1)
  await visitor.look('search')
  await hit.click()
  say('the person opens', new URL(page.url()).pathname === personPath)
  say('the chronology has facts', await page.locator('.wider-fact').count() >= 1)
  if (kind.script && await page.locator('#network-chart').count()) {
    await page.waitForSelector('#network-chart canvas', { timeout: 10_000 })
  }
  await visitor.look('person')
  await page.selectOption('#order', 'oldest')
  await page.click('.wider-filter button')
  say('oldest first is kept', await page.locator('#order').inputValue() === 'oldest')
  const why = page.locator('a[href^="/explain"]').first()
  if (await why.count()) {
    await why.click()
    await visitor.look('explain')
  }
  await page.goto(`${address}/person/P99999999`)
  await visitor.look('not-found')
}

// The pages of the other roles: looked at once at each width.
async function otherRoles (visitor, address, users) {
  const { page, kind } = visitor
  for (const [role, path, shot] of [['data-engineer', '/held-back', 'held-back'], ['governance-officer', '/governance', 'governance']]) {
    const user = users.get(role)
    if (!user) continue
    await signIn(visitor, address, user)
    await page.goto(address + path)
    await visitor.look(shot)
    await page.goto(`${address}/findings`)
    check(`${kind.name}: ${role} may not open findings`, (await page.textContent('h1')).includes('Your role does not use this page'))
    await page.click('.wider-header__button')
  }
}

const kinds = [
  { name: 'desktop', width: 1280, height: 900, script: true },
  { name: 'phone', width: 375, height: 760, script: true },
  { name: 'without-script', width: 1280, height: 900, script: false }
]

await rm(output, { recursive: true, force: true })
await mkdir(output, { recursive: true })
const scratch = await mkdtemp(join(tmpdir(), 'wider-browser-'))
let server
let browser
try {
  server = await startServer(process.argv.slice(2), scratch)
  browser = await chromium.launch({
    executablePath: process.env.WIDER_BROWSER ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  })
  const user = server.users.get('social-worker') ?? [...server.users.values()][0]
  for (const kind of kinds) {
    const context = await browser.newContext({ viewport: { width: kind.width, height: kind.height }, javaScriptEnabled: kind.script })
    context.setDefaultTimeout(20_000)
    const visitor = new Visitor(await context.newPage(), kind)
    try {
      await journey(visitor, server.address, user)
      if (kind.script) await otherRoles(visitor, server.address, server.users)
    } catch (error) {
      check(`${kind.name}: the journey reaches its end`, false, String(error).split('\n').slice(0, 4).join(' | '))
    }
    await context.close()
  }
} catch (error) {
  check('the browser tests start', false, String(error))
} finally {
  await browser?.close()
  if (server) await stopServer(server.child)
  await rm(scratch, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length ? 1 : 0
