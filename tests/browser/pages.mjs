// SPDX-License-Identifier: Apache-2.0
// Every page, by light and in the dark, on a phone and on a wall: it is there, it fits, everybody can use it, it asks
// nobody else, and its policy is kept. usage: pages.mjs CHROMIUM HTTP-PORT HTTPS-PORT FOLDER PICTURES
import { Chrome } from './chrome.mjs'
import { Site, until } from './site.mjs'

const [path, port, , , pictures] = process.argv.slice(2)
const site = new Site(port)
const chrome = await Chrome.start(path, pictures)

const done = await until('the run of the push', async () => (await site.runs('integration')).find(r => r.state === 'done'))
const failed = await site.start('broken', 'failure')
const mended = await site.start('mends itself', 'done')
const asking = await site.start('release', 'running', 'waiting', 'ready')
const slow = await site.start('slow', 'running')
const delivery = (await site.get('deliveries')).deliveries.at(-1)

const pages = {
  overview: '/', 'overview-7d': '/?range=7d', runs: '/runs', 'runs-filtered': '/runs?workflow=broken',
  run: `/runs/${done.id}`, 'run-failed': `/runs/${failed.id}`, 'run-mended': `/runs/${mended.id}`,
  'run-asking': `/runs/${asking.id}`, 'run-slow': `/runs/${slow.id}`, deliveries: '/deliveries',
  delivery: `/deliveries/${delivery.id}`, repositories: '/repositories', queue: '/queue', errors: '/errors',
  effects: '/effects', recoveries: '/recoveries', settings: '/settings', costs: '/costs', login: '/login',
  absent: '/runs/0000000000001',
}
// What is not there is said by the server too, and the browser tells of each such answer.
const absent = /status of 404/

// What stands in a page does not hang on colours, and hardly on the width: there what could is looked at.
const alike = ['overview-7d', 'runs-filtered', 'run-asking', 'run-mended', 'absent']
const looks = { desktop: undefined, night: ['color-contrast'], phone: ['color-contrast', 'target-size', 'scrollable-region-focusable'] }
for (const [shape, rules] of Object.entries(looks)) {
  const page = await chrome.open(site.base, shape, { expected: absent })
  for (const [name, address] of Object.entries(pages)) {
    if (rules && alike.includes(name)) continue
    await page.goto(site.base + address)
    await page.waitForSelector('main h1')
    await page.waitForSelector('[aria-busy=true]', { state: 'detached' })
    await chrome.judge(page, `${name}-${shape}`, rules)
  }
  await page.context().close()
}
for (const shape of ['wide', 'phone-night']) {
  const page = await chrome.open(site.base, shape)
  for (const name of ['overview', 'run']) {
    await page.goto(site.base + pages[name])
    await page.waitForSelector('main h1')
    await page.waitForSelector('[aria-busy=true]', { state: 'detached' })
    await chrome.judge(page, `${name}-${shape}`)
  }
  await page.context().close()
}
process.exit(await chrome.end('pages'))
