// Signing in with OpenID Connect, whole: `wider serve` on a new hub, a real provider (oidc-provider) and a real browser.
// The way in, with RS256 and with ES256; who is not known; codes of this site's own and of the service; accounts closed to
// passwords; and what an attacker would try: a used answer, another browser's, a code put in from elsewhere, another
// nonce, another service's name; and a service that is slow or gone. All on the loopback, on free ports.
//
//   node tests/browser/sign_in_service.mjs [PROGRAM]
import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Provider } from 'oidc-provider'
import { chromium } from 'playwright-core'
import { check, summary } from './checks.mjs'
import { codeOf } from './one_time_code.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const program = process.argv[2] ?? join(root, 'build/release/wider')
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const clientSecret = randomBytes(24).toString('base64url')
const passwords = { lee: 'a plain sentence on Mondays', sam: 'another one for Fridays' }

const listen = (server, port = 0) => new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server.address().port)))

async function freePort () {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

// A provider whose sign-in page asks for a number and whether a second factor is shown. `behave.delay` makes its token
// endpoint slow.
async function startProvider (algorithm, redirect) {
  const behave = { delay: 0 }
  const handlers = {}
  const server = createServer((request, response) => handlers.all(request, response))
  const port = await listen(server)
  const issuer = `http://127.0.0.1:${port}`
  const pair = algorithm === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...pair.privateKey.export({ format: 'jwk' }), use: 'sig', kid: `key-${algorithm}` }] },
    clients: [{
      client_id: 'wider',
      client_secret: clientSecret,
      redirect_uris: [redirect],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: algorithm
    }],
    cookies: { keys: [randomBytes(24).toString('hex')] },
    claims: { openid: ['sub', 'amr'] },
    pkce: { methods: ['S256'], required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 300, Interaction: 600, Session: 600, Grant: 600 },
    async loadExistingGrant (context) {
      const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    }
  })
  const serve = provider.callback()
  handlers.all = async (request, response) => {
    if (request.url.startsWith('/token') && behave.delay) await new Promise((resolve) => setTimeout(resolve, behave.delay))
    if (!request.url.startsWith('/interaction/')) return serve(request, response)
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end('<!doctype html><title>Service</title><form method="post"><input id="number" name="number"><input type="checkbox" id="mfa" name="mfa"><button>Go</button></form>')
      return
    }
    let body = ''
    for await (const piece of request) body += piece
    const form = new URLSearchParams(body)
    await provider.interactionFinished(request, response, { login: { accountId: form.get('number'), amr: form.has('mfa') ? ['pwd', 'mfa'] : ['pwd'] } })
  }
  const stop = () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve) })
  return { issuer, behave, stop }
}

function run (...given) {
  const { input, args } = typeof given[0] === 'object' ? { input: given[0].input, args: given.slice(1) } : { input: '', args: given }
  const done = spawnSync(program, args, { input, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`wider ${args[0]} failed: ${done.stderr}`)
  return done.stdout
}

async function startSite (hub, port, settings) {
  const child = spawn(program, ['serve', '--hub', hub, '--listen', `127.0.0.1:${port}`, '--sign-in-service', settings], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`wider serve ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => { if (line.startsWith('Listening on')) resolve() })
  })
  return async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
}

// One browser of somebody; a look at a page runs axe (WCAG 2.2 AA).
class Person {
  static async at (browser, site) {
    const context = await browser.newContext()
    context.setDefaultTimeout(20_000)
    return new Person(context, await context.newPage(), site)
  }

  constructor (context, page, site) {
    Object.assign(this, { context, page, site })
  }

  path () { return new URL(this.page.url()).pathname }
  async heading () { return this.page.textContent('h1') }
  async session () { return (await this.context.cookies(this.site)).find((cookie) => cookie.name === 'wider_session')?.value }
  async signedIn () {
    const answer = await this.context.request.get(`${this.site}/account`, { maxRedirects: 0 })
    return answer.status() === 200
  }

  async look (name) {
    const session = await this.context.newCDPSession(this.page)
    await session.send('Runtime.evaluate', { expression: axeSource })
    await session.detach()
    const result = await this.page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
    check(`${name} passes axe`, result.violations.length === 0, result.violations.map((one) => `${one.id} at ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`).join('; '))
  }

  async password (name, password) {
    await this.page.goto(`${this.site}/sign-in`)
    await this.page.fill('#username', name)
    await this.page.fill('#password', password)
    await this.page.click('main button[type=submit]')
  }

  // To the service, signed in there as that number, and back.
  async service (number, { mfa = false, from = '/sign-in' } = {}) {
    const { page } = this
    await this.context.clearCookies({ name: /^_/ }) // the service forgets who it was
    await page.goto(this.site + from)
    await page.click('#service')
    await page.fill('#number', number)
    if (mfa) await page.check('#mfa')
    await page.click('button')
  }

  // The same, one address after another with this browser's cookies; the address of the answer, which is not opened.
  async answer (number, { nonce } = {}) {
    await this.context.clearCookies({ name: /^_/ })
    const { request } = this.context
    const next = async (answer) => new URL(answer.headers().location, answer.url())
    const link = (await (await request.get(`${this.site}/sign-in`)).text()).match(/href="(\/sign-in\/service[^"]*)"/)[1]
    const to = await next(await request.get(this.site + link.replaceAll('&amp;', '&'), { maxRedirects: 0 }))
    if (nonce) to.searchParams.set('nonce', nonce)
    const form = await next(await request.get(to.href, { maxRedirects: 0 }))
    const on = await next(await request.post(form.href, { form: { number }, maxRedirects: 0 }))
    return (await next(await request.get(on.href, { maxRedirects: 0 }))).href
  }

  async close () { await this.context.close() }
}

async function theWayIn (browser, site, issuer, say) {
  const sam = await Person.at(browser, site)
  await sam.page.goto(`${site}/sign-in`)
  say('the sign-in page offers the service', (await sam.page.textContent('#service')).includes('County sign-in'))
  await sam.look('sign-in page with a service')
  await sam.service('4711')
  say('who is not known here is told so', (await sam.heading()).includes('not known here yet'))
  const outside = (await sam.page.textContent('#outside-name')).trim()
  say('and what to hand on', outside === `${issuer} 4711`, outside)
  say('and is not signed in', !(await sam.signedIn()))
  await sam.look('page for who is not known')

  const lee = await Person.at(browser, site)
  await lee.password('lee', passwords.lee)
  await lee.page.check('#kind-governance')
  await lee.page.click('main button[type=submit]')
  await lee.page.goto(`${site}/people-and-roles/2`)
  await lee.look('page of an account')
  await lee.page.fill('#outside', outside)
  await lee.page.fill('#reason', 'Joins the county sign-in')
  await lee.page.click('button[value=change]')
  say('an officer enters it', lee.path() === '/people-and-roles' && (await lee.page.textContent('table')).includes('or sign-in service'))

  await sam.service('4711', { from: '/sign-in?next=%2Fconcern' })
  say('then the service lets them in, and a purpose is asked for', sam.path() === '/purpose', sam.page.url())
  say('nothing of the answer stands in the address', !sam.page.url().includes('code=') && !sam.page.url().includes('state='))
  await sam.page.check('#kind-child-protection-enquiry')
  await sam.page.click('main button[type=submit]')
  say('then the page that was asked for follows', sam.path() === '/concern', sam.page.url())
  say('as themselves', (await sam.page.textContent('body')).includes('Sam Okafor'))
  const first = await sam.session()
  await sam.service('4711')
  say('signing in again makes a new session', sam.path() === '/purpose' && await sam.session() !== first)
  const old = await fetch(`${site}/account`, { redirect: 'manual', headers: { cookie: `wider_session=${first}` } })
  say('and ends the one before', old.status === 303)
  await sam.page.click('.wider-header__button')
  say('signing out ends it', sam.path() === '/signed-out' && !(await sam.signedIn()))
  return { sam, lee }
}

async function attacks (browser, site, issuer, sam, say) {
  const refused = async (who, address, what) => {
    const answer = await who.page.goto(await address())
    say(`${what} is refused`, answer.status() === 403 && (await who.heading()).includes('not signed in'), `${answer.status()} ${await who.heading()}`)
    say(`${what} signs nobody in`, !(await who.signedIn()))
  }
  const used = await sam.answer('4711')
  const cookie = (await sam.context.cookies(site)).find((one) => one.name === 'wider_outside')
  say('the browser is marked for ten minutes, out of reach of scripts', cookie.httpOnly && cookie.sameSite === 'Lax' && cookie.expires - Date.now() / 1000 < 601)
  const other = await Person.at(browser, site)
  await refused(other, () => used, 'an answer in another browser')
  await other.answer('5555')
  await refused(other, () => used, 'an answer in another browser that is on its own way')
  await sam.page.goto(used)
  say('the answer is still good in its own', await sam.signedIn())
  await sam.page.click('.wider-header__button')
  await sam.context.addCookies([{ name: 'wider_outside', value: cookie.value, url: site, httpOnly: true, sameSite: 'Lax' }])
  await refused(sam, () => used, 'an answer used again')

  const withTheirCode = async () => {
    const mine = new URL(await sam.answer('4711'))
    mine.searchParams.set('code', new URL(await other.answer('5555')).searchParams.get('code'))
    return mine.href
  }
  await refused(sam, withTheirCode, "another person's code")
  await refused(other, withTheirCode, "another person's state with one's own code")
  await refused(sam, () => sam.answer('4711', { nonce: 'f'.repeat(64) }), 'an answer with another nonce')
  for (const [name, change] of [
    ['an answer without its code', (url) => url.searchParams.delete('code')],
    ["another service's name", (url) => url.searchParams.set('iss', 'https://elsewhere.example')],
    ['no name of a service', (url) => url.searchParams.delete('iss')],
    ['a state that nobody was given', (url) => url.searchParams.set('state', '0'.repeat(64))],
    ['a refusal', (url) => { url.searchParams.delete('code'); url.searchParams.set('error', 'access_denied') }]
  ]) {
    await refused(sam, async () => {
      const url = new URL(await sam.answer('4711'))
      change(url)
      return url.href
    }, name)
  }
  await sam.page.goto(`${site}/sign-in/service?next=%2Ffindings`)
  say('nobody is sent to the service who did not ask for it', sam.page.url() === `${site}/sign-in?next=%2Ffindings`, sam.page.url())
  const bare = await fetch(`${site}/sign-in/service/back?code=x&state=y`)
  say('a request out of nowhere is refused', bare.status === 403)
  await other.close()
}

async function codes (browser, site, issuer, sam, lee, say) {
  await sam.service('4711')
  say('whatever was tried from this address, a good answer lets in', await sam.signedIn())
  await sam.page.goto(`${site}/account/second-factor`)
  const secret = await sam.page.textContent('.wider-secret')
  const step = () => Math.floor(Date.now() / 30_000)
  await sam.page.fill('#code', codeOf(secret, step()))
  await sam.page.fill('#password', passwords.sam)
  await sam.page.click('main button[type=submit]')
  await sam.page.click('.wider-header__button')
  await sam.service('4711')
  say('who has codes here is asked for one', sam.path() === '/sign-in/code' && !(await sam.signedIn()), sam.page.url())
  await sam.page.fill('#code', codeOf(secret, step() + 1))
  await sam.page.click('main button[type=submit]')
  say('and it lets them in', sam.path() === '/purpose', sam.page.url())
  await sam.page.click('.wider-header__button')
  await sam.service('4711', { mfa: true })
  say('not where the service asked for a second factor', sam.path() === '/purpose', sam.page.url())
  await sam.page.click('.wider-header__button')

  await lee.page.goto(`${site}/people-and-roles/2`)
  await lee.page.check('#outside-only')
  await lee.page.fill('#reason', 'Passwords end')
  await lee.page.click('button[value=change]')
  await sam.password('sam', passwords.sam)
  say('an account that is closed to passwords takes none', (await sam.page.textContent('#problem')).includes('not right'))
  await sam.service('4711', { mfa: true })
  say('and is let in by the service', sam.path() === '/purpose', sam.page.url())
  await sam.page.click('.wider-header__button')
}

async function slowAndGone (site, sam, lee, provider, say) {
  const slow = await sam.answer('4711')
  provider.behave.delay = 20_000
  const begun = Date.now()
  const cookie = (await sam.context.cookies(site)).find((one) => one.name === 'wider_outside')
  const waiting = fetch(slow, { redirect: 'manual', headers: { cookie: `wider_outside=${cookie.value}` } })
  let worst = 0
  for (let i = 0; i < 40; i += 1) {
    const asked = Date.now()
    const answer = await fetch(`${site}/sign-in`)
    await answer.text()
    worst = Math.max(worst, Date.now() - asked)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  say('while the service is slow every page answers', worst < 1000, `${worst} ms`)
  const answer = await waiting
  say('a slow service is given up, in words', answer.status === 503 && (await answer.text()).includes('does not answer'))
  say('within ten seconds', Date.now() - begun < 10_000, `${Date.now() - begun} ms`)
  provider.behave.delay = 0
  const lost = await sam.answer('4711')
  await provider.stop()
  const gone = await sam.page.goto(lost)
  say('a service that is gone is told in words', gone.status() === 503 && (await sam.heading()).includes('does not answer'))
  await sam.look('page for a service that is gone')
  await lee.page.click('.wider-header__button')
  await lee.password('lee', passwords.lee)
  say('and passwords still sign in', lee.path() === '/purpose')
}

async function whole (browser, algorithm) {
  const scratch = await mkdtemp(join(tmpdir(), 'wider-service-'))
  const say = (name, holds, detail) => check(`${algorithm}: ${name}`, holds, detail)
  const port = await freePort()
  const site = `http://127.0.0.1:${port}`
  const provider = await startProvider(algorithm, `${site}/sign-in/service/back`)
  let stopSite
  try {
    const hub = join(scratch, 'hub')
    run('init', '--hub', hub)
    run({ input: passwords.lee + '\n' }, 'account', '--hub', hub, '--username', 'lee', '--name', 'Lee Castell', '--role', 'governance-officer', '--agency', 'partnership')
    run({ input: passwords.sam + '\n' }, 'account', '--hub', hub, '--username', 'sam', '--name', 'Sam Okafor', '--role', 'social-worker', '--agency', 'social-care')
    const secret = join(scratch, 'secret')
    await writeFile(secret, clientSecret + '\n', { mode: 0o600 })
    const settings = join(scratch, 'service.toml')
    await writeFile(settings, `name = "County sign-in"\nissuer = "${provider.issuer}"\nclient_id = "wider"\nclient_secret_file = "${secret}"\nsite = "${site}"\nsecond_factor = ["mfa"]\n`)
    stopSite = await startSite(hub, port, settings)
    const { sam, lee } = await theWayIn(browser, site, provider.issuer, say)
    if (algorithm === 'RS256') {
      await attacks(browser, site, provider.issuer, sam, say)
      await codes(browser, site, provider.issuer, sam, lee, say)
      await slowAndGone(site, sam, lee, provider, say)
    }
    await stopSite()
    stopSite = undefined
    say('the ledger verifies', run('ledger', 'verify', '--hub', hub).length > 0)
  } finally {
    await stopSite?.()
    await provider.stop().catch(() => {})
    await rm(scratch, { recursive: true, force: true })
  }
}

const browser = await chromium.launch({
  executablePath: process.env.WIDER_BROWSER ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
})
try {
  for (const algorithm of ['RS256', 'ES256']) await whole(browser, algorithm)
} finally {
  await browser.close()
}
process.exit(summary())
