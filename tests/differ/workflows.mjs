// SPDX-License-Identifier: Apache-2.0
// Our reader of workflow files against @actions/workflow-parser: who accepts which file, and what is read.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { ask, options, Tally } from './ask.mjs'
import { bases, change } from './make_workflow.mjs'
import { Random } from './random.mjs'
import { plain, read } from './their_workflow.mjs'
import { weAccept, weRefuse } from './workflow_exceptions.mjs'

const { answer, seed, count, show } = options(2500)
const r = new Random(seed)
const root = new URL('../../', import.meta.url).pathname
const shared = process.env.FETTLE_SHARED ?? root + '../shared/data'

const yamlOf = folder => existsSync(folder) ? readdirSync(folder).sort().filter(f => f.endsWith('.yml')).map(f => folder + '/' + f) : []
// Of a fixture the file itself, with our places.
const fixtures = yamlOf(shared + '/workflow-fixtures').map(f => ({ file: f, text: readFileSync(f, 'utf8').split(/^---\s*$/m)[1]
  .replace(/(\S*?)\.github\/workflows\//g, (_, before) => before.replace('/', '-').replace(/^\.-/, './') + '.fettle/workflows/') }))
const files = [...bases.map((text, i) => ({ file: `base ${i}`, text })), ...fixtures,
  ...yamlOf(root + 'tests/fixtures/wrong').concat(yamlOf(root + 'tests/fixtures/right')).map(file => ({ file, text: readFileSync(file, 'utf8') }))
    .filter(f => !f.text.includes('\0'))]
// What is changed is accepted by both before.
const sound = []
for (const text of [...bases, ...fixtures.map(f => f.text)])
  if (ask(answer, [{ workflow: text }])[0].errors?.length === 0 && (await read(text)).errors.length === 0) sound.push(text)
const trees = sound.map(text => parse(text))
while (files.length < count) files.push({ file: `change ${files.length}`, text: change(r, r.chance(0.6) ? r.of(trees.slice(0, bases.length)) : r.of(trees)) })

const ours = ask(answer, files.map(f => ({ workflow: f.text })))
const tally = new Tally('workflows', show)
const used = new Map()
const excuse = (list, message, text) => {
  const found = list.find(x => x.when.test(message) && (!x.in || x.in.test(text)))
  if (found) used.set(found, (used.get(found) ?? 0) + 1)
  return found
}

// Where theirs is a value, ours is the same.
const isSame = (a, b) => typeof b === 'object' && b !== null
  ? Object.keys(b).every(k => b[k] === undefined || isSame(a?.[k], b[k])) && (!Array.isArray(b) || a?.length === b.length)
  : a === b || (typeof a === 'string' && a.includes("${{ '")) // a string alone stays an expression here
const texts = map => map && Object.fromEntries(Object.entries(map).map(([k, v]) => [k, v === null ? '' : v]))
const minutes = n => typeof n === 'number' ? Math.floor(n * 60000 + 1e-6) : undefined
function values(t) {
  const jobs = Object.fromEntries(Object.entries(t.jobs ?? {}).filter(([, j]) => j).map(([key, j]) => [key, {
    name: j.name ?? undefined, env: texts(j.env), 'timeout-minutes': minutes(j['timeout-minutes']), matrix: j.strategy?.matrix ?? undefined,
    steps: j.steps?.map(s => s && { name: s.name ?? undefined, run: s.run, env: texts(s.env), 'timeout-minutes': minutes(s['timeout-minutes']) })
  }]))
  const branches = t.on && typeof t.on === 'object' && !Array.isArray(t.on) ? Object.fromEntries(Object.entries(t.on)
    .filter(([, f]) => f?.branches).map(([e, f]) => [e, [f.branches].flat()])) : undefined
  return { name: t.name ?? undefined, 'run-name': t['run-name'] ?? undefined, env: texts(t.env), jobs, branches }
}

for (const [i, { file, text }] of files.entries()) {
  const said = ours[i], theirs = await read(text)
  const refused = said.errors.length > 0, refusedThere = theirs.errors.length > 0
  if (refused !== refusedThere) {
    const why = refused ? excuse(weRefuse, said.errors[0], text) : excuse(weAccept, theirs.errors[0], text)
    if (!why) tally.differ(`${file}: we ${refused ? 'refuse' : 'accept'} it, they do not`, ...said.errors, ...theirs.errors, ...(process.env.VERBOSE ? text.split('\n') : []))
  } else if (refused) {
    tally.agree(true)
  } else {
    const want = values(plain(theirs.tree) ?? {})
    if (isSame(said, want)) tally.agree(false)
    else tally.differ(`${file}: read differently`, JSON.stringify(said), JSON.stringify(want))
  }
}
for (const x of [...weAccept, ...weRefuse]) if (!used.has(x) && count >= 20000) console.log(`never met: ${x.why}`)
tally.end(`, ${[...used.values()].reduce((a, b) => a + b, 0)} differ for ${used.size} known reasons`)
