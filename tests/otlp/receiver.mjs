// SPDX-License-Identifier: Apache-2.0
// A collector for tests: takes spans at /v1/traces, judges them (shape.mjs), and behaves as it is told.
// usage: node receiver.mjs PORT|0 FOLDER: "listening PORT" on stdout; FOLDER/spans.jsonl, FOLDER/requests.jsonl,
// FOLDER/faults. POST /be {"status": 429, "headers": {…}, "times": 2, "wait": ms, "body": {…}}: the next requests.
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { faults, spansOf } from './shape.mjs'

const [port, folder] = process.argv.slice(2)
let be = { status: 200, times: 0 }
const note = (file, text) => appendFileSync(`${folder}/${file}`, `${text}\n`)
const read = async req => { const all = []; for await (const x of req) all.push(x); return Buffer.concat(all).toString() }

const traces = async (req, res) => {
  const text = await read(req)
  const now = be.times !== 0 ? be : { status: 200 }
  if (be.times > 0) be.times--
  if (now.wait) await new Promise(done => setTimeout(done, now.wait))
  let body = {}
  try { body = JSON.parse(text) } catch { note('faults', 'no JSON') }
  const found = faults(body)
  if (req.headers['content-type'] !== 'application/json') found.push(`content-type ${req.headers['content-type']}`)
  if (req.method !== 'POST') found.push(req.method)
  for (const x of found) note('faults', x)
  const spans = spansOf(body)
  note('requests.jsonl', JSON.stringify({ at: Date.now(), status: now.status, spans: spans.length,
    authorization: req.headers.authorization, service: body.resourceSpans[0].resource.attributes[0].value.stringValue }))
  if (now.status === 200) for (const s of spans) note('spans.jsonl', JSON.stringify(s))
  if (!res.destroyed) res.writeHead(now.status, { 'content-type': 'application/json', ...now.headers }).end(JSON.stringify(now.body ?? {}))
}
const server = createServer(async (req, res) => {
  if (req.url === '/v1/traces') return traces(req, res)
  if (req.url !== '/be') return res.writeHead(404).end()
  be = { times: -1, status: 200, ...JSON.parse(await read(req)) }
  res.end()
})
server.listen(Number(port), '127.0.0.1', () => console.log(`listening ${server.address().port}`))
