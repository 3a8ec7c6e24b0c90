// SPDX-License-Identifier: Apache-2.0
// Names, titles, logs and payloads full of what would like to be more than text: nothing runs, nothing breaks, and what
// came is shown. usage: hostile.mjs CHROMIUM HTTP-PORT HTTPS-PORT FOLDER PICTURES
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import https from 'node:https'
import { Chrome } from './chrome.mjs'
import { Site, until } from './site.mjs'

const [path, port, securePort, folder, pictures] = process.argv.slice(2)
const site = new Site(port)
const git = (...words) => execFileSync('git', ['-C', `${folder}/repos/backend`, ...words], { encoding: 'utf8' }).trim()
const titles = [
  '<script>hit()</script>', '"><img src=x onerror=hit()>', "' onfocus=hit() autofocus='", 'javascript:hit()',
  '\u202egnirts\u202c and \u2066isolated', '\u001b[31mred\u001b[0m \u0007', '{{constructor.constructor("hit()")()}}',
  '${hit()}', '</title></textarea></script><svg/onload=hit()>', 'a'.repeat(4000), '\ufeff\u200b\u0085\u2028\u2029',
  '&lt;b&gt;&#x27;', 'مرحبا بالعالم', '𝕱𝖊𝖙𝖙𝖑𝖊 👩‍👩‍👧‍👦 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘',
]

const deliver = (event, payload, headers = {}) => new Promise((resolve, reject) => {
  const body = JSON.stringify(payload)
  const secret = readFileSync(`${folder}/secrets/hook`, 'utf8').trimEnd()
  const request = https.request({
    host: '127.0.0.1', port: securePort, method: 'POST', path: '/hook/github', rejectUnauthorized: false,
    headers: {
      'Content-Type': 'application/json', 'X-GitHub-Event': event, 'X-GitHub-Delivery': crypto.randomUUID(),
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`, ...headers,
    },
  }, answer => { answer.resume(); answer.on('end', () => resolve(answer.statusCode)) })
  request.on('error', reject)
  request.end(body)
})

const push = JSON.parse(readFileSync(new URL('../e2e/payloads/github-push.json', import.meta.url), 'utf8')
  .replaceAll('@REPO@', 'acme/backend').replaceAll('@NAME@', 'backend').replaceAll('@SEQ@', '1')
  .replaceAll('@SHA@', git('rev-parse', 'HEAD')).replaceAll('@BEFORE@', git('rev-parse', 'HEAD~1')))

// Branches that git takes, and titles that it would not.
for (const [n, title] of titles.entries()) {
  const branch = `x${n}/${title.replace(/[\s~^:?*[\\\u0000-\u0020\u007f]|\.\.|@\{/g, '_').slice(0, 100).replace(/[./]+$/, '')}`
  const status = await deliver('push', {
    ...push, ref: `refs/heads/${branch}`, head_commit: { ...push.head_commit, message: title },
    sender: { ...push.sender, login: title.slice(0, 60), avatar_url: 'javascript:hit()', html_url: 'javascript:hit()' },
    compare: 'javascript:hit()',
  }, { 'X-Odd': '<script>hit()</script>' })
  if (status !== 202) throw new Error(`title ${n}: ${status}`)
}
await deliver('push', { ...push, deep: JSON.parse('['.repeat(60) + ']'.repeat(60)), long: 'L'.repeat(1000000) })
const runs = await until('ends of the runs', async () => {
  const all = await site.runs('hostile')
  return all.length >= titles.length && all.every(r => r.state === 'done') && all
}, 60)
const all = await site.get('deliveries?limit=100')

const chrome = await Chrome.start(path, pictures)
for (const shape of ['desktop', 'phone']) {
  const page = await chrome.open(site.base, shape, { expected: /status of 404/ }) // of what is looked for in vain
  const look = async (name, address) => {
    await page.goto(site.base + address)
    await page.waitForSelector('main h1')
    await page.waitForSelector('[aria-busy=true]', { state: 'detached' })
    await chrome.judge(page, `${name}-${shape}`)
  }
  await look('overview', '/')
  await look('runs', '/runs')
  await look('filtered', `/runs?ref=${encodeURIComponent('"><script>hit()</script>')}&workflow=${encodeURIComponent('<img src=x onerror=hit()>')}`)
  await look('deliveries', '/deliveries')
  for (const [n, d] of (shape === 'desktop' ? all.deliveries.slice(0, 3) : all.deliveries.slice(0, 1)).entries())
    await look(`delivery-${n}`, `/deliveries/${d.id}`)
  for (const [n, r] of runs.slice(0, shape === 'desktop' ? 3 : 1).entries()) await look(`run-${n}`, `/runs/${r.id}`)
  for (const name of shape === 'desktop' ? ['queue', 'errors', 'effects', 'recoveries', 'repositories', 'settings'] : ['errors', 'effects'])
    await look(name, `/${name}`)
  await look('lost', '/runs/%3Cscript%3Ehit()%3C%2Fscript%3E')
  await page.context().close()
}
process.exit(await chrome.end('hostile'))
