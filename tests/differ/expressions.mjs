// SPDX-License-Identifier: Apache-2.0
// Our expressions against those of @actions/expressions: kind and value of what comes out, or what is wrong and where.
import { ask, options, Tally } from './ask.mjs'
import { breakExpression, makeContexts, makeExpression } from './make_expression.mjs'
import { Random } from './random.mjs'
import { correct, corrections, evaluate } from './theirs.mjs'

const { answer, seed, count, show } = options(3000)
const r = new Random(seed)

const repeat = (n, make) => Array.from({ length: n }, (_, i) => make(i))
// What is near a limit: at it, and one beyond.
const limits = [49, 50].flatMap(n => [
  '!'.repeat(n) + 'true', 'o' + '.a'.repeat(n), 'list' + '[*]'.repeat(n), 'list' + '[0]'.repeat(n),
  repeat(n, i => i).join(' && '), repeat(n + 20, i => i).join(' || '),
  repeat(n / 2, () => "format('{0}', 1 && ").join('') + '1' + ')'.repeat(n / 2),
  'toJSON('.repeat(n) + '1' + ')'.repeat(n)
]).concat(["'" + 'x'.repeat(20998) + "'", "'" + 'x'.repeat(20999) + "'", "'" + 'ü'.repeat(20998) + "'", "'" + 'ü'.repeat(20999) + "'",
  `format('x'${', 1'.repeat(254)})`, `format('x'${', 1'.repeat(255)})`])

const questions = corrections.flatMap(c => c.examples).map(expr => ({ expr, contexts: { n: 33.333333333333336 } }))
const nExamples = questions.length
for (const expr of limits) questions.push({ expr, contexts: makeContexts(r) })
while (questions.length < count + nExamples) {
  const contexts = makeContexts(r), expr = makeExpression(r, 1 + r.below(4))
  questions.push({ expr: r.chance(0.25) ? breakExpression(r, expr) : expr, contexts })
}

const ours = ask(answer, questions)
const tally = new Tally('expressions', show)
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)

// A byte of the text as the package counts: characters of UTF-16, in all and in the line.
function place(text, byte) {
  const before = Buffer.from(text, 'utf8').subarray(0, byte).toString('utf8')
  return { offset: before.length, line: before.split('\n').length - 1, column: before.length - (before.lastIndexOf('\n') + 1) }
}

// The package takes all tokens before it looks at any, and names a function behind its arguments: it may see something
// else that is wrong, further on. The runner takes one token after the other, and so do we.
const isFurtherOn = (at, theirs) => theirs.offset !== undefined ? theirs.offset > at.offset
  : theirs.line > at.line || (theirs.line === at.line && theirs.column > at.column)

function sameFault(text, said, theirs) {
  const at = place(text, said.at)
  if (said.phase !== 'parse') // of a value that is made when it runs, ours does not tell the text
    return theirs.evaluated && (!/^The following/.test(theirs.error) || said.error.endsWith('when it runs)') ||
      said.error.startsWith(theirs.error.slice(0, 100)))
  // The runner has no comma in front of a closing bracket.
  if (said.error === "Unexpected symbol: ')'" && /,\s*$/.test(text.slice(0, at.offset))) return true
  if (theirs.evaluated) return /,\s*\)/.test(text) && said.error === "Unexpected symbol: ')'"
  if (/^(Error)?Exceeded/.test(theirs.error)) return said.error.startsWith('Exceeded')
  const head = said.error.replace(/ \(did you mean .*$/s, '')
  if (said.error.startsWith('Unexpected end of expression') && theirs.error === "Unexpected symbol: 'EOF'") return true
  if ((head === theirs.error || (head.length > 120 && theirs.error.startsWith(head.slice(0, -1)))) && (theirs.offset ?? at.offset) === at.offset && (theirs.line ?? at.line) === at.line &&
    (theirs.column ?? at.column) === at.column) return true
  return isFurtherOn(at, theirs)
}

const untouched = corrections.map(c => c.examples.map(expr => evaluate(expr, { n: 33.333333333333336 })))
const functions = correct()
let i = 0
for (const [k, c] of corrections.entries())
  for (const [m, example] of c.examples.entries()) {
    const fixed = evaluate(example, questions[i++].contexts, functions)
    if (same(untouched[k][m], fixed)) tally.differ(`no correction is needed for ${example}`)
  }
for (const [at, { expr, contexts }] of questions.entries()) {
  const said = ours[at], theirs = evaluate(expr, contexts, functions)
  if (said.question) { tally.differ(`our reader of questions: ${said.question}`, expr); continue }
  if (said.error === "Unexpected symbol: ')'" && theirs.error === undefined && /,\s*\)/.test(expr)) { tally.agree(true); continue }
  const alike = said.error !== undefined ? theirs.error !== undefined && sameFault(expr, said, theirs)
    : theirs.error === undefined && said.kind === theirs.kind && same(said.value, theirs.value)
  if (alike) tally.agree(said.error !== undefined)
  else tally.differ(expr.slice(0, 400), `ours   ${JSON.stringify(said).slice(0, 300)}`, `theirs ${JSON.stringify(theirs).slice(0, 300)}`,
    `contexts ${JSON.stringify(contexts).slice(JSON.stringify(contexts).indexOf('"s":'))}`)
}
tally.end()
