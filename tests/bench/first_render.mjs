// SPDX-License-Identifier: Apache-2.0
// From the wish for the overview to the first thing that can be seen of it, as the browser has it (first contentful
// paint), and to the answer with its figures: with nothing in the cache, and once more with the files there. One line
// of JSON. first_render.mjs URL CHROMIUM [ROUNDS]       playwright-core: BENCH_MODULES, else that of tests/browser
import { createRequire } from 'node:module'

const modules = process.env.BENCH_MODULES ?? new URL('../browser/node_modules', import.meta.url).pathname
let chromium
try {
  chromium = createRequire(`${modules}/../-`)('playwright-core').chromium
} catch {
  console.error(`first_render: there is no playwright-core in ${modules}`)
  process.exit(77)
}
const [url, path, rounds = '10'] = process.argv.slice(2)

const median = list => list.toSorted((a, b) => a - b)[list.length >> 1]

async function look(page) {
  await page.goto(url, { waitUntil: 'commit' })
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0
    && performance.getEntriesByType('resource').some(r => r.name.includes('/api/v1/overview') && r.responseEnd > 0))
  return page.evaluate(() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    figures: performance.getEntriesByType('resource').find(r => r.name.includes('/api/v1/overview')).responseEnd,
  }))
}

const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
const cold = [], warm = []
for (let i = 0; i <= Number(rounds); i++) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  const seen = [await look(page), await look(page)]
  await context.close()
  if (i === 0) continue // the browser itself was cold
  cold.push(seen[0])
  warm.push(seen[1])
}
await browser.close()
const round = ms => Math.round(ms * 10) / 10
console.log(JSON.stringify({
  name: 'first render', n: cold.length, paint_ms: round(median(cold.map(s => s.paint))), figures_ms: round(median(cold.map(s => s.figures))),
  most_ms: round(Math.max(...cold.map(s => s.paint))), warm_paint_ms: round(median(warm.map(s => s.paint))),
  warm_figures_ms: round(median(warm.map(s => s.figures))),
}))
