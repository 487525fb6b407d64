// The main journey in a real browser: sign in → purpose → home → search (misspelt) → person → finding → proof → what to do
// with it and back → is this the same person → links in doubt, by one and by two people → sign out, at desktop and phone
// width and without JavaScript; then what every other role sees, and how somebody is let in, signs in with a code and is
// shut out. axe (WCAG 2.2 AA) runs on every page visited at both widths. Any violation, console error,
// sideways scrolling or heading out of order fails. Screenshots go to tests/browser/output.
//
//   node tests/browser/run.mjs [PROGRAM [ARGUMENT…]]
//
// Without a program it serves a demonstration hub with build/release/wider. The program must print "Listening on
// http://ADDRESS" and lines "Sign in as USER with password PASSWORD (ROLE)". WIDER_BROWSER names another Chromium.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { check, summary } from './checks.mjs'
import { codeOf } from './one_time_code.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '..', '..')
const output = join(here, 'output')
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const startMinutes = 6

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
      // "(Social worker, Children's social care)" or "(social-worker)"
      if (user) users.set(user[3].split(',')[0].toLowerCase().replaceAll(' ', '-'), { name: user[1], password: user[2] })
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
    const headings = (await page.content()).match(/<h[1-6]/g) ?? []
    const levels = headings.map((heading) => Number(heading[2]))
    check(`${kind.name}: ${name} has one main heading`, levels.filter((level) => level === 1).length === 1)
    // A message about what is wrong stands above the main heading; from there on no level is left out.
    const rest = levels.slice(levels.indexOf(1))
    check(`${kind.name}: ${name} has its headings in order`, rest.every((level, i) => i === 0 || level <= rest[i - 1] + 1), levels.join(' '))
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
  await page.goto(`${address}/findings`)
  say('nothing is shown without a purpose', new URL(page.url()).pathname === '/purpose')
  await page.check('#kind-child-protection-enquiry')
  await page.fill('#reference', 'concern 2012-0441')
  await page.click('main button[type=submit]')
  say('the page that was asked for follows', new URL(page.url()).pathname === '/findings')
  say('the purpose stands on the page', (await page.textContent('.wider-purpose')).includes('concern 2012-0441, Child protection enquiry'))
  await page.goto(address)
  const lists = (await page.locator('main h2').allTextContents()).map((text) => text.replace(/ \(.*/, ''))
  say('home has its lists in order', lists.join('|') === 'Clocks|Findings that nobody has taken|New about children you work with|Waiting for you as second person|Who is who', lists.join('|'))
  if (kind.script) await keyboard(page, say)
  await visitor.look('home')
  await findingAndPerson(visitor, address, say)
  await linksInDoubt(visitor, address, say)
  await page.click('.wider-header__button')
  say('signing out ends the session', new URL(page.url()).pathname === '/signed-out')
  await visitor.look('signed-out')
  await page.goto(`${address}/findings`)
  say('a page asks to sign in again', new URL(page.url()).pathname === '/sign-in')
}

// The first stop of the keyboard leads past the frame; "/" leads to the search.
async function keyboard (page, say) {
  await page.waitForSelector('body.js-enabled')
  await page.keyboard.press('Tab')
  say('the first stop is the way to the main content', await page.evaluate(() => document.activeElement?.getAttribute('href')) === '#main-content')
  await page.keyboard.press('Enter')
  say('it leads there', await page.evaluate(() => document.activeElement?.id) === 'main-content')
  await page.keyboard.press('/')
  say('"/" goes to the search box', await page.evaluate(() => document.activeElement?.id) === 'search-box')
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
  const first = page.locator('main a[href^="/finding/"]').first()
  say('there is a finding', await first.count() === 1)
  await first.click()
  const findingPath = new URL(page.url()).pathname
  say('the finding shows its proof', await page.locator('table:has(caption:text("The proof")) tbody tr').count() >= 2)
  await visitor.look('finding')
  await whatToDo(visitor, say)
  const child = page.locator('ul.wider-inline li', { hasText: '(child)' }).first().locator('a')
  const name = (await child.textContent()).trim()
  await child.click()
  const personPath = new URL(page.url()).pathname
  await page.fill('#search-box', misspelt(name))
  await page.click('.wider-search button')
  say('no name stands in the address', new URL(page.url()).search === '')
  const hit = page.locator(`a[href="${personPath}"]`).first()
  say('a misspelt search finds the child', await hit.count() === 1)
  say('each hit says why it is shown', await page.locator('.wider-hit dt:text("Why shown")').count() === await page.locator('.wider-hit').count())
  await visitor.look('search')
  await hit.click()
  say('the person opens', new URL(page.url()).pathname === personPath)
  const parts = await page.locator('main h2').allTextContents()
  say('the person has its parts in order', parts.join('|') === 'How sure are we who this is?|Known to|Now|Chronology|Network|Decisions', parts.join('|'))
  say('the chronology has facts', await page.locator('.wider-fact').count() >= 1)
  say('the person leads to the finding', await page.locator(`main a[href="${findingPath}"]`).count() >= 1)
  if (kind.script && await page.locator('#network-chart').count()) {
    await page.waitForSelector('#network-chart canvas', { timeout: 10_000 })
  }
  await visitor.look('person')
  if (kind.script) await onPaper(page, say)
  await page.selectOption('#order', 'oldest')
  await page.click('.wider-filter button')
  say('oldest first is kept', await page.locator('#order').inputValue() === 'oldest')
  await page.fill('#to', '1990-01-01')
  await page.click('.wider-filter button')
  say('a period without facts says so', (await page.textContent('main')).includes('Nothing fits what you asked for'))
  await page.goto(address + personPath)
  const why = page.locator('section[aria-labelledby="sure"] a[href^="/explain"]')
  if (await why.count()) {
    await why.click()
    await visitor.look('explain')
    await page.check('#word-same')
    await page.click('#say button')
    say('saying that two are one person needs a reason', (await page.textContent('#problem')).includes('Say why'))
    await visitor.look('explain-refused')
  }
  await page.goto(`${address}/search`)
  await page.fill('#q', 'Xqzt Wvvk')
  await page.click('.wider-search-again button')
  say('when nobody is found the page says what to do', (await page.textContent('main')).includes('What to do next'))
  await visitor.look('search-nobody')
  await page.goto(`${address}/person/P99999999`)
  await visitor.look('not-found')
}

// Take it and give it back; dismiss it, with a reason only; open it again: the finding is left as it was.
async function whatToDo (visitor, say) {
  const { page } = visitor
  const act = (action) => page.locator(`form:has(input[name=action][value=${action}]) button`)
  const open = async (words) => page.locator('summary', { hasText: words }).click()
  const state = async () => page.locator('h1 + p strong').textContent()
  await act('take').click()
  say('taking a finding shows who has it', (await state()).startsWith('Taken by'))
  await open('Give it back')
  await page.fill('#reopen-reason', 'the case is with another team')
  await act('reopen').click()
  say('it is given back', (await state()).startsWith('Opened again by'))
  await open('Dismiss it')
  await act('dismiss').click()
  say('dismissing needs a reason', (await page.textContent('#problem')).includes('Say why'))
  await visitor.look('finding-refused')
  await page.fill('#reason', 'one outing of a youth club')
  await act('dismiss').click()
  say('a dismissal is shown with its reason', (await state()).includes('one outing of a youth club'))
  say('nobody agrees with their own dismissal', await act('agree').count() === 0)
  await visitor.look('finding-dismissed')
  await open('Open it again')
  await page.fill('#reopen-reason', 'a third child was named')
  await act('reopen').click()
  say('a dismissed finding can be opened again', (await state()).startsWith('Opened again by'))
  say('what people did is told', await page.locator('main ol.govuk-list li').count() >= 4)
}

const linkNumber = async (page) => Number((await page.textContent('.wider-way')).match(/number (\d+)/)[1])

// The review queue: the worst first, one after another, a word with its reason, undone again; then two families, which
// takes two people. What was said is taken back, so that the next visitor finds the queue as it was.
async function linksInDoubt (visitor, address, say) {
  const { page, kind } = visitor
  await page.goto(`${address}/review`)
  const inAll = async () => Number((await page.textContent('.wider-parts [aria-current]')).match(/\((\d[\d,]*)\)/)[1].replace(',', ''))
  const waiting = await inAll()
  say('there are links in doubt', waiting > 3)
  await visitor.look('review')
  await page.click('.wider-begin a')
  say('the worst comes first', await linkNumber(page) === 1)
  say('both records stand side by side', await page.locator('table:has(caption:text("side by side")) tbody tr').count() >= 3)
  await visitor.look('review-link')
  if (kind.script) await keysOfTheQueue(page, say)
  const first = page.url()
  await page.check('#word-unsure')
  await page.click('#say button')
  say('cannot tell needs a reason too', (await page.textContent('#problem')).includes('Say why'))
  await visitor.look('review-refused')
  say('what was chosen is kept', await page.locator('#word-unsure').isChecked())
  await page.fill('#reason', 'two cousins, or one')
  await page.click('#say button')
  say('the next link follows by itself', await linkNumber(page) === 1 && page.url() !== first)
  await page.click('#undo')
  say('what was said stands with its reason', (await page.textContent('main')).includes('could not tell (“two cousins, or one”)'))
  await visitor.look('review-said')
  await page.goto(`${address}/review?show=unsure`)
  say('a link set aside stands in its own list', await inAll() >= 1)
  await page.locator('.wider-list a').first().click()
  await page.fill('#back-reason', 'said by mistake')
  await page.click('form:has(#back-reason) button')
  await page.goto(`${address}/review?show=unsure`)
  await visitor.look('review-empty')
  await page.goto(`${address}/review`)
  say('a word taken back leaves the queue as it was', await inAll() === waiting)
  await twoFamilies(visitor, address, say)
  await page.goto(`${address}/review`)
  say('so does a word that waited', await inAll() === waiting)
}

async function keysOfTheQueue (page, say) {
  await page.waitForSelector('body.js-enabled')
  await page.keyboard.press('j')
  await page.waitForURL(/at=2/)
  await page.keyboard.press('k')
  await page.waitForURL(/at=1/)
  await page.waitForSelector('body.js-enabled')
  await page.keyboard.press('2')
  say('2 says two people', await page.locator('#word-different').isChecked())
  say('and leads to the reason', await page.evaluate(() => document.activeElement?.id) === 'reason')
  await page.keyboard.type('j1')
  say('keys are letters while writing', await page.locator('#reason').inputValue() === 'j1' && await page.locator('#word-different').isChecked())
  await page.fill('#reason', '')
}

// "One person" of two homes waits; the one who said so cannot agree; a second person may, or takes it back.
async function twoFamilies (visitor, address, say) {
  const { page } = visitor
  let found = false
  // Health shows its records to the first of the two and not to the second.
  for (let at = 1; at <= 200; at += 1) {
    await page.goto(`${address}/review/next?at=${at}`)
    if (!page.url().includes('/explain')) break
    found = await page.locator('.govuk-inset-text').count() === 1 && !(await page.textContent('table thead')).includes('Health')
    if (found) break
  }
  say('some link of the queue would join two families', found)
  if (!found) return
  await page.check('#word-same')
  await page.fill('#reason', 'her aunt told me')
  await page.click('#say button')
  await page.click('#undo')
  const link = new URL(page.url()).pathname + new URL(page.url()).search
  say('joining two families waits for a second person', (await page.textContent('main')).includes('It waits for a second person.'))
  say('nobody agrees with themselves', await page.locator('#agree').count() === 0)
  const other = await page.context().browser().newContext({ viewport: page.viewportSize(), javaScriptEnabled: visitor.kind.script })
  const second = new Visitor(await other.newPage(), { ...visitor.kind, name: `${visitor.kind.name}-second` })
  await signIn(second, address, secondUser)
  await second.page.check('#kind-strategy-discussion')
  await second.page.click('main button[type=submit]')
  say('it stands on the second person\'s home page', await second.page.locator('section[aria-labelledby=second] .wider-list a').count() >= 1)
  await second.look('home-second-person')
  await second.page.goto(address + link)
  say('the second person may agree', await second.page.locator('#agree').count() === 1)
  await second.look('review-agree')
  await second.page.fill('#back-reason', 'another aunt')
  await second.page.click('form:has(#back-reason) button')
  say('or takes it back', !(await second.page.textContent('main')).includes('It waits for a second person.'))
  await other.close()
}

async function onPaper (page, say) {
  await page.emulateMedia({ media: 'print' })
  say('what is of no use on paper is not printed', !await page.locator('.wider-search').isVisible() && !await page.locator('.wider-filter').isVisible())
  say('the chronology is printed', await page.locator('.wider-fact').first().isVisible())
  await page.emulateMedia({ media: 'screen' })
}

// What every other role sees: its own pages, looked at once at each width, and a page it has no business with.
const roles = [
  { role: 'police-intelligence-analyst', purpose: 'strategy-discussion', pages: ['/', '/findings', '/concern'], refused: '/governance' },
  { role: 'health-safeguarding-nurse', purpose: 'health-safeguarding', pages: ['/'], refused: '/held-back' },
  { role: 'designated-safeguarding-lead', purpose: 'education-safeguarding', pages: ['/'], refused: '/governance' },
  { role: 'prosecutor', purpose: 'crime-investigation', pages: ['/', '/search', '/evidence'], refused: '/review' },
  { role: 'licensing-officer', purpose: 'strategy-discussion', pages: ['/'], refused: '/findings' },
  { role: 'review-author', purpose: 'case-review', pages: ['/'], refused: '/held-back' },
  { role: 'partnership-chair', purpose: 'governance', pages: ['/'], refused: '/search' },
  { role: 'data-engineer', purpose: 'administration', pages: ['/', '/held-back'], refused: '/findings' },
  { role: 'information-governance-officer', purpose: 'governance', pages: ['/governance', '/governance/unusual', '/governance/refused', '/governance/person?person=P1', '/governance/exceptions', '/sealed'], refused: '/findings' }
]
async function otherRoles (visitor, address, users) {
  const { page, kind } = visitor
  for (const { role, purpose, pages, refused } of roles) {
    const user = users.get(role)
    check(`${kind.name}: somebody signs in as ${role}`, user !== undefined)
    if (!user) continue
    await signIn(visitor, address, user)
    await page.check(`#kind-${purpose}`)
    await page.click('main button[type=submit]')
    for (const path of pages) {
      await page.goto(address + path)
      await visitor.look(`${role}${path === '/' ? '' : path.replaceAll(/[^a-z-]+/g, '-')}`)
    }
    await page.goto(address + refused)
    check(`${kind.name}: ${role} may not open ${refused}`, (await page.textContent('h1')).includes('Your role does not use this page'))
    await page.click('.wider-header__button')
  }
}

// Somebody opens a person in an emergency and says that they know another; an officer looks at both.
async function exceptions (visitor, address, users) {
  const { page, kind } = visitor
  const say = (name, holds, detail) => check(`${kind.name}: ${name}`, holds, detail)
  const begin = async (role, purpose) => {
    await signIn(visitor, address, users.get(role))
    await page.check(`#kind-${purpose}`)
    await page.click('main button[type=submit]')
  }
  await begin('social-worker', 'child-protection-enquiry')
  await page.goto(`${address}/findings`)
  await page.locator('main a[href^="/finding/"]').last().click()
  const people = [...new Set(await page.locator('main a[href^="/person/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href'))))]
  say('the finding names two people', people.length > 1)
  const [opened, known] = people
  await page.goto(address + opened)
  say('the page says why it shows what it shows', await page.locator('#known-to ~ table details').count() > 0)
  await page.goto(`${address}${opened}/emergency`)
  await visitor.look('emergency')
  await page.click('main button[type=submit]')
  say('an emergency needs a reason', (await page.textContent('#problem')).includes('in danger'))
  await page.fill('#reason', 'Seen in a vehicle with an adult tonight')
  await page.click('main button[type=submit]')
  say('it is open for a time', (await page.textContent('main')).includes('You opened this person in an emergency'))
  await visitor.look('person-in-an-emergency')
  await page.goto(`${address}${known}/tie`)
  await visitor.look('tie')
  await page.fill('#reason', 'A neighbour')
  await page.click('main button[type=submit]')
  await page.goto(address + known)
  say('who knows a person does not see them', (await page.textContent('h1')).includes('Not found'))
  await page.click('.wider-header__button')
  await begin('information-governance-officer', 'governance')
  say('the officer is told on every page', (await page.textContent('.wider-nav')).includes('to look at'))
  await page.goto(`${address}/governance/exceptions`)
  await visitor.look('exceptions')
  for (const [what, button] of [['emergency', 'It was justified'], ['tie', 'Lift it']]) {
    const form = page.locator(`main form[action^="/governance/${what}/"]`).first()
    await form.locator('input[type=text]').fill('Asked; it is so')
    await form.getByRole('button', { name: button }).click()
  }
  say('both are looked at', (await page.textContent('main')).includes('Found justified by') && (await page.textContent('main')).includes('Lifted by'))
  await page.goto(`${address}/governance/person?person=${opened.split('/').pop()}`)
  say('who looked at the person stands there with the purpose', (await page.textContent('main table')).includes('Child protection enquiry'))
  await page.click('.wider-header__button')
}

// A governance officer lets somebody in; that person chooses a password, sets up codes, and signs in with one.
async function accounts (visitor, address, officer) {
  const { page, kind } = visitor
  const say = (name, holds, detail) => check(`${kind.name}: ${name}`, holds, detail)
  await signIn(visitor, address, officer)
  await page.check('#kind-governance')
  await page.click('main button[type=submit]')
  await page.goto(address + '/people-and-roles')
  await visitor.look('people-and-roles')
  const username = `morgan-${kind.name}`
  await page.fill('#name', 'Morgan Ellis')
  await page.fill('#username', username)
  await page.selectOption('#role', 'safeguarding-nurse')
  await page.selectOption('#agency', 'health')
  await page.click('main form[action="/people-and-roles"] button')
  say('a change without a reason is refused in words', (await page.textContent('#problem')).includes('Write why'))
  say('what was typed is still there', await page.inputValue('#username') === username)
  await page.fill('#reason', 'Starts today')
  await page.selectOption('#role', 'safeguarding-nurse')
  await page.selectOption('#agency', 'health')
  await page.click('main form[action="/people-and-roles"] button')
  const password = (await page.textContent('pre')).trim()
  await visitor.look('first-password')
  await page.click('.wider-header__button')

  await signIn(visitor, address, { name: username, password })
  say('a first password has to be changed', new URL(page.url()).pathname === '/account/password')
  await page.goto(address + '/search')
  say('before anything else', new URL(page.url()).pathname === '/account/password')
  await visitor.look('first-password-to-change')
  const own = 'a plain sentence of mine'
  await page.fill('#old', password)
  await page.fill('#new', own)
  await page.fill('#again', own)
  await page.click('main button[type=submit]')
  say('then a purpose is asked for', new URL(page.url()).pathname === '/purpose')
  await page.goto(address + '/account/second-factor')
  await visitor.look('second-factor')
  const secret = await page.textContent('.wider-secret')
  const step = () => Math.floor(Date.now() / 30_000)
  await page.fill('#code', codeOf(secret, step()))
  await page.fill('#password', own)
  await page.click('main button[type=submit]')
  const recovery = await page.textContent('.wider-codes code')
  await visitor.look('recovery-codes')
  await page.goto(address + '/account')
  await page.click('summary')
  await visitor.look('account')
  await page.fill('#token-name', 'nightly report')
  await page.check('#scope-search')
  await page.click('form[action="/account/token"] button')
  const token = (await page.textContent('pre')).trim()
  await visitor.look('token-made')
  const asked = (path, options = {}) => fetch(address + path, { ...options, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } })
  say('the token reads what it may', (await asked('/api/v1/search', { method: 'POST', body: '{"q":"nobody"}' })).status === 200)
  say('and nothing else', (await asked('/api/v1/findings')).status === 403)
  await page.click('.wider-header__button')

  await signIn(visitor, address, { name: username, password: own })
  await visitor.look('sign-in-code')
  await page.fill('#code', '000000')
  await page.click('main button[type=submit]')
  say('a wrong code is refused in words', (await page.textContent('#problem')).includes('not right'))
  await page.fill('#code', codeOf(secret, step() + 1))
  await page.click('main button[type=submit]')
  say('a code signs in', new URL(page.url()).pathname === '/purpose')
  await page.click('.wider-header__button')
  await signIn(visitor, address, { name: username, password: own })
  await page.fill('#code', recovery)
  await page.click('main button[type=submit]')
  say('and so does a recovery code', new URL(page.url()).pathname === '/purpose')
  // A browser in which somebody is signed in, while the account is closed.
  const elsewhere = await page.context().browser().newContext()
  const second = new Visitor(await elsewhere.newPage(), kind)
  await signIn(second, address, officer)
  await second.page.check('#kind-governance')
  await second.page.click('main button[type=submit]')
  await second.page.goto(address + '/people-and-roles')
  await second.page.click(`tr:has-text("${username}") a`)
  await second.look('account-of')
  await second.page.fill('#reason', 'Left today')
  await second.page.click('button[value=close]')
  await elsewhere.close()
  await page.goto(address + '/account')
  say('a closed account is out at the next click', new URL(page.url()).pathname === '/sign-in')
}

const kinds = [
  { name: 'desktop', width: 1280, height: 900, script: true },
  { name: 'phone', width: 390, height: 844, script: true },
  { name: 'without-script', width: 1280, height: 900, script: false }
]

await rm(output, { recursive: true, force: true })
await mkdir(output, { recursive: true })
// In memory where that is possible: each of the town's thousand files is a durable write.
const scratch = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'wider-browser-'))
let server
let browser
let secondUser
try {
  server = await startServer(process.argv.slice(2), scratch)
  browser = await chromium.launch({
    executablePath: process.env.WIDER_BROWSER ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  })
  const user = server.users.get('social-worker')
  secondUser = server.users.get('police-intelligence-analyst')
  for (const kind of kinds) {
    const context = await browser.newContext({ viewport: { width: kind.width, height: kind.height }, javaScriptEnabled: kind.script })
    context.setDefaultTimeout(20_000)
    const visitor = new Visitor(await context.newPage(), kind)
    try {
      await journey(visitor, server.address, user)
      if (kind.script) await otherRoles(visitor, server.address, server.users)
      await exceptions(visitor, server.address, server.users)
      if (kind.script) await accounts(visitor, server.address, server.users.get('information-governance-officer'))
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
process.exitCode = summary()
