// SPDX-License-Identifier: Apache-2.0
// What people do at the pages, from the keyboard and with a finger: it happens at the server, and shows without a reload.
// usage: acts.mjs CHROMIUM HTTP-PORT HTTPS-PORT FOLDER PICTURES FETTLE
import { spawn } from 'node:child_process'
import { readFileSync, openSync } from 'node:fs'
import { Chrome } from './chrome.mjs'
import { Site, until } from './site.mjs'

const [path, port, securePort, folder, pictures, fettle] = process.argv.slice(2)
const site = new Site(port)
const chrome = await Chrome.start(path, pictures)
const tokens = Object.fromEntries(readFileSync(`${folder}/tokens`, 'utf8').trim().split('\n').map(l => l.split(' ')))
const acts = {}
let server = Number(readFileSync(`${folder}/fettle.pid`, 'utf8'))

const shows = (page, text) => page.getByText(text).first().waitFor()
const press = async (page, name) => page.getByRole('button', { name }).first().click()
// In the dialog that asks whether it is meant.
const confirm = async page => page.locator('dialog[open]').getByRole('button').last().click()

acts['a new run comes into the list, and its end'] = async page => {
  await page.goto(`${site.base}/runs`)
  await page.waitForSelector('main h1')
  const run = await site.start('broken', 'failure')
  await page.locator(`a[href="/runs/${run.id}"]`).first().waitFor()
  await page.locator('tr,li', { has: page.locator(`a[href="/runs/${run.id}"]`) }).getByText(/fail/i).first().waitFor()
}

acts['the log of a running step grows, and Cancel ends it'] = async page => {
  const run = await site.start('slow', 'running')
  await page.goto(`${site.base}/runs/${run.id}`)
  await shows(page, /^line 3$/)
  await shows(page, /^line 12$/)
  await press(page, /^cancel/i)
  await confirm(page)
  await until('the run is over', async () => (await site.get(`runs/${run.id}`)).conclusion === 'cancelled')
  await shows(page, /^cancelled$/i)
}

acts['a question is answered'] = async page => {
  const run = await site.start('release', 'running', 'waiting', 'ready')
  await page.goto(`${site.base}/runs/${run.id}`)
  await press(page, /^approve/i)
  await confirm(page)
  await until('the run is over', async () => (await site.get(`runs/${run.id}`)).conclusion === 'success')
  await shows(page, /^success$/i)
}

acts['a failed run is run again'] = async page => {
  const run = await site.start('broken', 'failure')
  await page.goto(`${site.base}/runs/${run.id}`)
  await press(page, /^run all again/i)
  await confirm(page)
  await until('a run of it again', async () => (await site.runs('broken')).some(r => r.rerun_of === run.id))
}

acts['a delivery is replayed'] = async page => {
  const delivery = (await site.get('deliveries?event=ping')).deliveries[0]
  await page.goto(`${site.base}/deliveries/${delivery.id}`)
  await press(page, /^replay/i)
  await confirm(page)
  await until('it is in the journal', async () =>
    (await site.get('journal?limit=1000')).journal.some(j => j.kind === 'api' && j.to === 'replay'))
}

acts['the queue is paused, and goes on'] = async page => {
  await page.goto(`${site.base}/queue`)
  await press(page, /^pause/i)
  await confirm(page)
  await until('it is paused', async () => (await site.get('queue')).paused)
  await press(page, /^resume/i)
  const asked = page.locator('dialog[open]')
  if (await asked.count()) await confirm(page)
  await until('it goes on', async () => !(await site.get('queue')).paused)
}

acts['everything is reached by the keyboard'] = async page => {
  await page.goto(`${site.base}/`)
  await page.waitForSelector('main h1')
  await page.keyboard.press('?')
  await page.locator('dialog[open]').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('dialog[open]').waitFor({ state: 'detached' })
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await page.waitForURL(/\/runs$/)
  await page.locator('a[href^="/runs/"]').first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/runs\/[0-9a-z]{13}/)
  await page.goBack()
  await page.waitForURL(/\/runs$/)
}

acts['a finger finds every page on a phone'] = async () => {
  const page = await chrome.open(site.base, 'phone')
  await page.goto(`${site.base}/`)
  await page.waitForSelector('main h1')
  const menu = page.getByRole('button', { name: 'Pages' })
  if (await menu.count()) await menu.first().tap()
  await page.getByRole('link', { name: /^queue/i }).first().tap()
  await page.waitForURL(/\/queue$/)
  await chrome.judge(page, 'phone-menu')
  await page.context().close()
}

acts['on the public listener one signs in, acts within one\'s scopes, and out'] = async () => {
  const base = `https://127.0.0.1:${securePort}`
  const page = await chrome.open(base, 'desktop', { expected: /status of 40[13]|status of 429/ })
  await page.goto(`${base}/runs?workflow=slow`)
  await page.waitForURL(/\/login/)
  const field = page.getByLabel(/token/i).first()
  await field.fill('fettle_wrong')
  await press(page, /^sign in/i)
  await page.getByRole('alert').first().waitFor()
  await chrome.judge(page, 'login-refused')
  await field.fill(tokens.read)
  await press(page, /^sign in/i)
  await page.waitForURL(/\/runs\?workflow=slow$/)
  await page.locator('a[href^="/runs/"]').first().waitFor()
  const cookies = await page.context().cookies()
  if (!cookies.some(c => c.name.startsWith('__Host-') && c.httpOnly && c.secure && c.sameSite === 'Strict'))
    throw new Error(`the cookie is not kept safe: ${JSON.stringify(cookies)}`)
  const refused = await page.evaluate(async () => (await fetch('/api/v1/queue/pause', { method: 'POST' })).status)
  if (refused !== 403) throw new Error(`a reader pauses the queue: ${refused}`)
  await press(page, /sign out/i)
  await page.waitForURL(/\/login/)
  const out = await page.evaluate(async () => (await fetch('/api/v1/runs')).status)
  if (out !== 401) throw new Error(`after signing out: ${out}`)
  await page.context().close()
}

acts['a restart of the server is survived'] = async () => {
  const page = await chrome.open(site.base, 'desktop', { expected: /ERR_CONNECTION|status of 50|Failed to fetch|ERR_INCOMPLETE/ })
  await page.goto(`${site.base}/runs`)
  await page.locator('a[href^="/runs/"]').first().waitFor()
  process.kill(server, 'SIGKILL')
  await shows(page, /connect/i)
  await chrome.judge(page, 'server-is-away')
  const log = openSync(`${folder}/fettle.log`, 'a')
  const child = spawn(fettle, ['serve', '-c', `${folder}/fettle.yaml`], { stdio: ['ignore', 'ignore', log] })
  server = child.pid
  await until('the server is back', async () => fetch(`${site.base}/readyz`).then(a => a.ok, () => false), 30)
  const run = await site.start('broken', 'failure')
  await page.locator(`a[href="/runs/${run.id}"]`).first().waitFor({ timeout: 40000 })
  await page.context().close()
}

for (const [name, act] of Object.entries(acts)) {
  const page = await chrome.open(site.base, 'desktop')
  const began = Date.now()
  try {
    await act(page)
    console.log(`${name}: ${Date.now() - began} ms`)
  } catch (e) {
    chrome.find(name, e.message)
    await page.screenshot({ path: `${pictures}/failed-${name.replace(/\W+/g, '-')}.png`, fullPage: true })
  }
  for (const context of chrome.browser.contexts()) await context.close()
}
const code = await chrome.end('acts')
process.kill(server, 'SIGTERM')
process.exit(code)
