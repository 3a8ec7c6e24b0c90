// SPDX-License-Identifier: Apache-2.0
// Asks every operation of openapi.json in valid, invalid and unauthorised ways and holds the answers against it.
// usage: node rest.mjs HTTP-PORT HTTPS-PORT FOLDER   (the folder of the server, with `tokens`)
import { readFileSync } from 'node:fs'
import { Described } from './described.mjs'
import { wire } from './wire.mjs'

const [httpPort, httpsPort, folder] = process.argv.slice(2)
const here = wire(httpPort, false), elsewhere = wire(httpsPort, true), socket = wire(`${folder}/run/fettle.sock`, false)
const tokens = Object.fromEntries(readFileSync(`${folder}/tokens`, 'utf8').trim().split('\n').map(l => l.split(' ')))
const secrets = ['token', 'hook', 'gitlab-hook', 'gitea-hook'].map(f => readFileSync(`${folder}/secrets/${f}`, 'utf8').trim())
  .concat(Object.values(tokens))
const nobody = '0000000000001'
let findings = 0, asked = 0
const good = new Map() // operation -> answers that were as wanted

const finding = text => { findings++; if (findings <= 40) console.log(text) }
const want = (ok, text) => { if (!ok) finding(text) }
const sleep = ms => new Promise(done => setTimeout(done, ms))
const json = async path => JSON.parse((await here('GET', path)).text)
const until = async (what, test) => {
  for (let i = 0; i < 600; i++) {
    const found = await test()
    if (found) return found
    await sleep(50)
  }
  throw new Error(`not within 30 s: ${what}`)
}

const api = new Described(await json('/api/v1/openapi.json'))
for (const fault of await api.faults()) finding(`openapi.json: ${fault}`)

const place = (op, names) => op.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(names[name] ?? ''))
const withQuery = (path, pairs) => path + (pairs.length ? '?' + pairs.map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&') : '')
const queryOf = op => op.parameters.filter(p => p.in === 'query')
const sample = p => p.schema.enum?.[0] ?? (p.schema.type === 'integer' ? 1 : p.schema.pattern?.includes('{13}') ? nobody :
  p.schema.pattern?.includes('40') ? 'a'.repeat(40) : p.name === 'name' ? 'out-a' : 'ci')
const needed = op => queryOf(op).filter(p => p.required).map(p => [p.name, sample(p)])

// Asks, and judges what every answer must be.
// One is for the local socket alone, and what signs in or out has a header that another page cannot send.
const door = op => op.path === '/api/v1/session/token' ? socket : here
const always = op => op.path === '/api/v1/session' && op.method !== 'GET' ? { 'X-Fettle-CSRF': 'x' } : {}
const ask = async (op, path, { by = door(op), method = op.method, statuses, headers, ...rest } = {}) => {
  const answer = await by(method, path, { headers: { ...always(op), ...headers }, ...rest })
  const who = `${method} ${path.slice(0, 200)}`
  asked++
  want(answer.status < 500 || ['/readyz', '/healthz'].includes(op.path), `${who}: ${answer.status} ${answer.text.slice(0, 200)}`)
  const wrong = method === op.method ? api.wrong(op, answer) : null
  want(!wrong, `${who}: ${answer.status} ${wrong}\n   ${answer.text.slice(0, 300)}`)
  want(!secrets.some(s => answer.text.includes(s)), `${who}: a secret in the answer`)
  if (answer.status >= 400) want(!answer.text.includes(folder), `${who}: a path of the server in the answer`)
  if (statuses) want(statuses.includes(answer.status), `${who}: ${answer.status}, not ${statuses}: ${answer.text.slice(0, 200)}`)
  if (answer.status < 300 && method === op.method) good.set(op.operationId, (good.get(op.operationId) ?? 0) + 1)
  return answer
}
const named = id => api.operations.find(op => op.operationId === id) ?? (() => { throw new Error(`no operation ${id}`) })()
const call = (id, names = {}, options = {}) =>
  ask(named(id), withQuery(place(named(id), names), options.query ?? []), { statuses: [200, 202], ...options })

// ---- what there is to ask about ----

const dispatch = async (name, body) => {
  const made = JSON.parse((await call('post_workflows_name_dispatch', { name }, { body: JSON.stringify(body) })).text)
  return until(`a run of ${name}`, async () => (await json('/api/v1/runs?limit=1000')).runs.find(r => r.delivery === made.delivery))
}
const asks = await dispatch('ask', { inputs: { why: '<script>' } })
const refuses = await dispatch('ask', { inputs: {} })
const done = await until('the end of ci', async () => (await json('/api/v1/runs?state=failure&workflow=ci')).runs[0])
await until('its statuses', async () => !(await json('/api/v1/effects?state=pending')).effects.length)
const slow = await dispatch('slow.yml', {})
await until('the step of slow', async () => (await json(`/api/v1/runs/${slow.id}`)).jobs[0].steps[0].attempts.length)
const waits = await dispatch('slow', {})
await until('a job that waits', async () => (await json('/api/v1/queue')).jobs.length)
await until('its question', async () => (await json(`/api/v1/runs/${refuses.id}`)).approvals.length)

const whole = await json(`/api/v1/runs/${done.id}`)
const steps = whole.jobs.flatMap(j => j.steps)
const deliveries = (await json('/api/v1/deliveries?limit=1000')).deliveries
const ids = {
  deliveries: deliveries.map(d => d.id),
  runs: [done.id, asks.id, slow.id, waits.id],
  jobs: whole.jobs.map(j => j.id),
  steps: steps.filter(s => s.attempts.length).map(s => s.id),
  attempts: steps.flatMap(s => s.attempts.map(a => a.id)),
  effects: whole.effects.map(x => x.id),
}
want(whole.recoveries.length > 0 && whole.artifacts.length > 0 && whole.effects.some(x => x.kind === 'issue'),
  'the run of ci has not all that is to be looked at')

const often = (await json('/api/v1/errors?sort=most')).errors[0] // as often as there are pages of it to be asked for
want(often.count >= 2 && often.runs.some(r => r.id === done.id), 'the failures of ci are not in one group')
// ---- who is signed in ----

const session = named('post_session')
const oneTime = JSON.parse((await call('post_session_token', {}, { body: '{"scopes":["run"]}' })).text)
secrets.push(oneTime.token)
const signedIn = await call('post_session', {}, { by: elsewhere, body: JSON.stringify({ token: tokens.read }) })
await call('post_session', {}, { by: elsewhere, body: JSON.stringify({ token: oneTime.token }) })
await ask(session, session.path, { by: elsewhere, body: JSON.stringify({ token: oneTime.token }), statuses: [401] })
await ask(session, session.path, { by: elsewhere, body: JSON.stringify({ token: tokens.hook }), statuses: [403] })
const cookie = signedIn.headers['set-cookie'][0].split(';')[0]
const page = { Cookie: cookie, Origin: `https://127.0.0.1:${httpsPort}`, 'X-Fettle-CSRF': JSON.parse(signedIn.text).csrf }
secrets.push(cookie.split('=')[1])
ids.sessions = (await json('/api/v1/sessions')).sessions.map(s => s.id)
want(ids.sessions.length === 2, `${ids.sessions.length} sessions`)

// ---- what is read: whole, filtered, page by page ----

const cast = op => {
  if (!op.path.includes('{')) return [{}]
  if (op.path.includes('{id}')) return ids[op.path.split('/')[3]].map(id => ({ id }))
  return [{ name: 'ci', repository: 'backend', workflow: 'ci', fingerprint: often.fingerprint }]
}
for (const op of api.operations.filter(o => o.method === 'GET')) {
  let works
  for (const names of cast(op)) {
    const path = place(op, names)
    const answer = await ask(op, withQuery(path, needed(op)), { statuses: [200, 404] })
    if (answer.status !== 200) continue
    works ??= path
    const head = await ask(op, withQuery(path, needed(op)), { method: 'HEAD', statuses: [200] })
    want(head.text === '', `HEAD ${path}: a body`)
  }
  want(works, `${op.operationId}: nothing to answer it with`)
  if (!works) continue
  for (const p of queryOf(op)) {
    const others = needed(op).filter(([name]) => name !== p.name)
    const { minimum, maximum } = p.schema
    for (const v of p.schema.enum ?? (p.schema.type === 'integer' ? [minimum, maximum ?? '9223372036854775807'] : [sample(p)]))
      if (p.name !== 'cursor') await ask(op, withQuery(works, [...others, [p.name, v]]), { statuses: [200, 404] })
  }
}

const lists = api.operations.filter(op => queryOf(op).some(p => p.name === 'cursor'))
const keyOf = row => row.seq ?? JSON.stringify([row.id ?? row.fingerprint ?? row.key, row.repository ?? '', row.job ?? ''])
for (const op of lists) {
  const path = place(op, cast(op)[0])
  const room = Object.keys(api.doc.components.schemas[op.responses[200].content['application/json'].schema.$ref.split('/').pop()].properties)[1]
  const all = JSON.parse((await ask(op, withQuery(path, [['limit', 1000]]))).text)
  const seen = []
  want(all.next === null && all[room].length >= 2, `${path}: ${all[room].length} rows, next ${all.next}`)
  for (let cursor = null, pages = 0; pages <= all[room].length; pages++) {
    const page = JSON.parse((await ask(op, withQuery(path, [['limit', 1], ...(cursor ? [['cursor', cursor]] : [])]), { statuses: [200] })).text)
    seen.push(...page[room])
    cursor = page.next
    if (!cursor) break
  }
  const first = all[room].map(keyOf) // a journal grows behind what was read
  want(JSON.stringify(seen.map(keyOf).slice(0, first.length)) === JSON.stringify(first), `${path}: its pages are not the whole`)
  const foreign = JSON.parse((await here('GET', `/api/v1/${room === 'runs' ? 'effects' : 'runs'}?limit=1`)).text).next
  if (foreign) await ask(op, withQuery(path, [['cursor', foreign]]), { statuses: [400] })
  await ask(op, withQuery(path, [['cursor', 'abc']]), { statuses: [400] })
}
const filtered = async (path, room, test) => {
  const rows = (await json(path))[room]
  want(rows.length > 0 && rows.every(test), `${path}: ${rows.length} rows, and not only what was asked for`)
}
await filtered('/api/v1/runs?workflow=ci&repository=backend', 'runs', r => r.workflow === 'ci' && r.repository === 'github:acme/backend')
await filtered('/api/v1/runs?repository=github:acme/backend&ref=main&event=push', 'runs', r => r.ref === 'refs/heads/main')
await filtered(`/api/v1/runs?sha=${done.sha}&state=done`, 'runs', r => r.sha === done.sha)
await filtered('/api/v1/runs?state=running&workflow=slow', 'runs', r => r.id === slow.id)
await filtered('/api/v1/deliveries?forge=github&event=ping&state=ignored', 'deliveries', d => d.event === 'ping')
await filtered('/api/v1/deliveries?repository=backend', 'deliveries', d => d.repository === 'github:acme/backend')
await filtered('/api/v1/effects?kind=issue&repository=backend', 'effects', x => x.kind === 'issue' && x.forge === 'github')
await filtered('/api/v1/recoveries?strategy=testfix', 'recoveries', x => x.strategy === 'testfix')
await filtered('/api/v1/errors?class=test&repository=backend&range=24h', 'errors', x => x.class === 'test')
await filtered('/api/v1/durations?of=job&repository=backend', 'durations', x => x.of === 'job' && x.repository === 'github:acme/backend')
want((await json('/api/v1/errors?repository=docs')).errors.length === 0, 'failures of another repository')
await elsewhere('GET', '/api/v1/stats', { headers: { authorization: `Bearer ${tokens.read}` } })
const used = Object.fromEntries((await json('/api/v1/settings')).tokens.map(t => [t.name, t.used_at]))
want(used.read && !used.hook, `when tokens were used: ${JSON.stringify(used)}`)
want((await json('/api/v1/runs?repository=docs')).runs.length === 0, 'runs of another repository')

// What a run came from, and where people see it.
want(whole.by && whole.sources[0].repository === whole.repository && whole.sources[0].sha === whole.sha &&
  whole.sources[0].commit_url.endsWith(`/acme/backend/commit/${whole.sha}`) && whole.jobs.some(j => j.ready_at && j.ready_at <= j.ended_at),
  `where a run came from: ${JSON.stringify({ ...whole, jobs: 0, effects: 0 })}`)

// A log by pieces is the log, and says which attempt it is of.
const spoke = steps.find(s => s.key === 'say')
const log = await call('get_steps_id_log', { id: spoke.id })
const rest = await call('get_steps_id_log', { id: spoke.id }, { query: [['offset', 5]] })
want(log.text.slice(5) === rest.text && log.text.length > 5, 'a log from byte 5 on is not its rest')
want((await here('GET', log.headers['content-location'])).text === log.text, 'Content-Location is not where the log is')

// Live events: what the journal has, in its order; and of one run that alone.
const row = api.judge({ $ref: '#/components/schemas/journal_row' })
const eventsOf = text => text.split('\n\n').slice(0, -1).map(block => Object.fromEntries(block.split('\n').map(line => {
  const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? [null, 'bad', line]
  return [name, name === 'data' ? JSON.parse(value) : value]
})))
for (const [query, path] of [[[['after', 0]], '/api/v1/journal?limit=40'], [[['run', done.id], ['after', 0]], `/api/v1/runs/${done.id}/journal?limit=9`]]) {
  const { journal } = await json(path)
  const [hello, ...told] = eventsOf((await call('get_stream', {}, { query, events: journal.length + 1 })).text)
  want(hello.event === 'hello' && hello.id === '0' && hello.retry > 0, `stream: ${JSON.stringify(hello)}`)
  want(JSON.stringify(told.slice(0, journal.length).map(e => e.data)) === JSON.stringify(journal), `stream: not as ${path}`)
  want(told.every(e => e.event === 'journal' && e.id === String(e.data.seq) && row(e.data)), `stream: ${JSON.stringify(row.errors)}`)
}
const last = (await json('/api/v1/journal?limit=1')).journal[0].seq
const behind = eventsOf((await call('get_stream', {}, { query: [['after', 7]], headers: { 'Last-Event-ID': String(last) }, events: 2 })).text)
want(behind[0].id === String(last) && behind[1].id === String(last + 1), 'Last-Event-ID does not count before ?after')
const lost = eventsOf((await call('get_stream', {}, { headers: { 'Last-Event-ID': '999999999' }, events: 2 })).text)
want(lost[1]?.event === 'reset' && Number(lost[1].id) < 999999999, 'an id that is none is not told')
await call('get_stream', {}, { headers: { 'Last-Event-ID': 'x' }, statuses: [400] })
// One that runs and has said nothing yet has an empty log, not none: who follows it asks again. So has one that is over.
const mute = steps.flatMap(s => s.attempts).filter(t => !t.log_bytes)
want(mute.length > 0, 'no step without a word')
for (const t of mute) want((await call('get_attempts_id_log', { id: t.id })).text === '', 'the log of a step that said nothing')
const silent = (await json(`/api/v1/runs/${slow.id}`)).jobs[0].steps[0].attempts[0].id
want((await call('get_attempts_id_log', { id: silent })).text === '', 'the log of a step that says nothing')

// Pictures.
const graph = await call('get_runs_id_graph_svg', { id: done.id })
want(/<title>build: success · 2 of 2 done/.test(graph.text) && /class="bad c"><title>after: failure/.test(graph.text),
  `the graph of ci: ${graph.text.slice(0, 3000)}`)
const places = JSON.parse((await call('get_runs_id_graph', { id: done.id })).text)
want(places.boxes.length === whole.jobs.filter(j => !j.parent).length && places.boxes.every(b => whole.jobs.some(j => j.id === b.job)) &&
  places.edges.some(e => e.from === 'build' && e.to === 'test' && e.critical), `the places of the graph of ci: ${JSON.stringify(places)}`)
const badge = async (repository, workflow) => (await call('get_badge_repository_workflow_svg', { repository, workflow })).text
for (const repository of ['backend', 'github:acme/backend'])
  want(/<title id="t">ci: failure<\/title>/.test(await badge(repository, 'ci')), `the badge of ci in ${repository}`)
want(/>docs: no runs</.test(await badge('docs', 'docs')), 'the badge of nothing')
want(!/<script/.test(await badge('backend', '<script>')), 'markup in a badge')
for (const picture of [graph, await here('GET', '/api/v1/badge/backend/ci.svg')])
  want(/default-src 'none'/.test(picture.headers['content-security-policy']), 'a picture without a policy')

// ---- what is wrong ----

const wrongValues = p => {
  if (p.schema.type === 'integer') return ['x', '1.5', p.schema.minimum - 1, '99999999999999999999', ...(p.schema.maximum ? [p.schema.maximum + 1] : []), '']
  if (p.schema.enum || p.schema.pattern) return ['nonsense', '', "' OR 1=1 --", 'ä', 'x'.repeat(5000)]
  return ['', 'x'.repeat(5000)]
}
for (const op of api.operations) {
  const base = place(op, cast(op)[0])
  if (!op.path.startsWith('/api/')) continue
  for (const p of queryOf(op)) {
    const others = needed(op).filter(([name]) => name !== p.name)
    for (const v of wrongValues(p)) await ask(op, withQuery(base, [...others, [p.name, v]]), { statuses: [400] })
    const more = `${withQuery(base, others)}${others.length ? '&' : '?'}${p.name}=`
    for (const raw of ['%ff%fe', '%00']) await ask(op, more + raw, { statuses: [400] })
    const none = await here(op.method, `${more}%zz`) // no request at all: answered in plain text
    want(none.status === 400 && none.type.startsWith('text/plain'), `${more}%zz: ${none.status} ${none.type}`)
    const value = encodeURIComponent(sample(p))
    await ask(op, `${base}?${p.name}=${value}&${p.name}=${value}`, { statuses: [400] })
  }
  for (const p of queryOf(op).filter(q => q.required)) await ask(op, base, { statuses: [400] })
  const strange = await door(op)(op.method, `${base}?nonsense=1`, { headers: always(op) })
  want(strange.status === 400, `${op.method} ${base}?nonsense=1: ${strange.status}`)
  if (op.path.includes('{id}')) {
    for (const id of ['nonsense', '0', '..%2f..%2fetc', "'--", 'x'.repeat(3000)])
      await ask(op, op.path.replace('{id}', id), { statuses: [404] })
    await ask(op, withQuery(place(op, { id: nobody }), needed(op)), { statuses: [404, 409] })
  }
  for (const method of ['PUT', 'DELETE', 'PATCH'].filter(m => !api.operations.some(o => o.path === op.path && o.method === m)))
    await ask(op, base, { method, statuses: [405] })
}
for (const op of api.operations.filter(o => o.requestBody)) {
  const path = place(op, cast(op)[0])
  for (const body of ['{', '[]', '"x"', 'null', '{"a":1,"a":2}', '\u0000', '{"nonsense":1}', '{"repository":7}', '{"ref":{}}',
    '{"inputs":[]}', '{"event_type":7}', '{"event_type":""}', '{"client_payload":1,"event_type":"x","repository":"backend"}',
    '{"repository":"nowhere"}', '['.repeat(100) + ']'.repeat(100)])
    await ask(op, path, { body, statuses: [400, 422] })
  await ask(op, path, { body: `{"x":"${'y'.repeat(300 << 10)}"}`, statuses: [413] })
}
await ask(named('post_workflows_name_dispatch'), '/api/v1/workflows/nowhere/dispatch', { body: '{}', statuses: [404] })

// ---- who may not ----

for (const op of api.operations) {
  const path = withQuery(place(op, cast(op)[0]), needed(op))
  if (!op.security.length) { // for everybody, without names for those who show nothing
    for (const token of [undefined, 'fettle_nonsense']) {
      const answer = await ask(op, path, { by: elsewhere, token, statuses: [200] })
      want(!/forge:|detail|github/.test(answer.text), `${path}: tells a stranger ${answer.text}`)
    }
    continue
  }
  const scope = op.security[0].token[0]
  for (const token of scope ? [undefined, 'fettle_nonsense'] : ['fettle_nonsense']) {
    const answer = await ask(op, path, { by: elsewhere, token, statuses: [401] })
    want(/^Bearer /.test(answer.headers['www-authenticate'] ?? ''), `${op.method} ${path}: 401 without a challenge`)
  }
  if (!scope) continue
  for (const [name, token] of Object.entries(tokens))
    if (name !== scope) await ask(op, path, { by: elsewhere, token, statuses: [403] })
  if (op.method === 'GET') await ask(op, path, { by: elsewhere, token: tokens[scope], statuses: [200, 404] })
  const mine = scope === 'read' ? [200, 404] : [403]
  await ask(op, path, { by: elsewhere, headers: page, statuses: mine })
  if (op.method !== 'GET') await ask(op, path, { by: elsewhere, headers: { ...page, Origin: 'https://evil.example' }, statuses: [403] })
}
for (const headers of [{ Origin: 'https://evil.example' }, { 'X-Forwarded-For': '192.0.2.1' }, { Host: 'evil.example' }])
  await ask(named('get_runs'), '/api/v1/runs', { headers, statuses: [403] })

// ---- what is done ----

want(JSON.parse((await call('get_session', {}, { by: elsewhere, headers: page })).text).by === 'session:read', 'who is signed in')
await call('delete_sessions_id', { id: ids.sessions[0] })
await call('delete_sessions_id', { id: ids.sessions[0] }, { statuses: [404] })
await call('delete_session', {}, { by: elsewhere, headers: page })
await ask(named('get_runs'), '/api/v1/runs', { by: elsewhere, headers: page, statuses: [401] })
for (let i = 0, last; last !== 429; i++) {
  last = (await ask(session, session.path, { by: elsewhere, body: '{"token":"fettle_guess"}', statuses: i < 5 ? [401] : [401, 429] })).status
  if (i > 20) { finding('a guess is never too many'); break }
}

await call('post_queue_pause')
await call('post_queue_resume')
await call('post_runs_id_bump', { id: waits.id })
await call('post_runs_id_priority', { id: waits.id }, { query: [['to', 'critical']] })
await call('post_runs_id_priority', { id: done.id }, { query: [['to', 'low']], statuses: [409] })
want((await json(`/api/v1/runs/${waits.id}/why`)).priority === 'critical', 'the priority that was asked for')
const dead = whole.effects.find(x => x.kind === 'label')
want(dead?.state === 'dead', `an effect that is dead: ${JSON.stringify(dead)}`)
await call('post_effects_id_redrive', { id: dead.id })
await call('post_effects_id_redrive', { id: whole.effects.find(x => x.state === 'sent').id }, { statuses: [409] })
const explained = JSON.parse((await call('get_deliveries_id_explain', { id: done.delivery })).text)
want(explained.runs.some(r => r.id === done.id) && explained.compared.some(c => c.then && c.now),
  `what started ci: ${JSON.stringify(explained).slice(0, 500)}`)
await call('post_runs_id_approve', { id: asks.id })
await call('post_runs_id_reject', { id: refuses.id })
await call('post_runs_id_approve', { id: done.id }, { statuses: [409] })
await call('post_runs_id_rerun', { id: done.id }, { query: [['what', 'job'], ['job', 'after']] })
await call('post_runs_id_rerun', { id: done.id }, { query: [['what', 'job']], statuses: [400] })
await call('post_runs_id_cancel', { id: slow.id })
await call('post_runs_id_cancel', { id: waits.id })
await call('post_runs_id_cancel', { id: done.id }, { statuses: [409] })
await call('post_deliveries_id_replay', { id: deliveries.find(d => d.state === 'ignored').id })
await call('post_dispatch', {}, { body: JSON.stringify({ event_type: 'ask', client_payload: { a: 1 }, repository: 'backend' }) })
await call('post_reload')
for (const op of api.operations) want(good.get(op.operationId), `${op.operationId}: never did what it is for`)

console.log(`rest: ${api.operations.length} operations, ${asked} requests, ${findings} findings`)
process.exit(findings ? 1 : 0)
