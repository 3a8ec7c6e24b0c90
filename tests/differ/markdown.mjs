// SPDX-License-Identifier: Apache-2.0
// What we make harmless, read by two readers of Markdown (commonmark.js, and markdown-it with and without GitHub's
// additions): outside of code nobody is mentioned and nothing is referred to for either, whatever looks like code; and
// nothing but invisible characters was added. Code that we left as it is must exist, or this would prove nothing.
import * as commonmark from 'commonmark'
import MarkdownIt from 'markdown-it'
import { ask, options, Tally } from './ask.mjs'
import { Random } from './random.mjs'

const { answer, seed, count, show } = options(20000)
const r = new Random(seed)
const INVISIBLE = '\u200b'
// An underscore before an @ is Markdown's as often as not; readers have taken it away where it is.
const acts = /(^|[^A-Za-z0-9])@a|#[0-9]|(^|[^A-Za-z0-9])GH-[0-9]|(^|[^A-Za-z0-9])fixes https:/

const parts = ['```', '````', '~~~', '```sh', '~~~ x', '``` ', '   ```', '    ```', '\t```', '  ~~~', '> ', '- ', '  ', '1. ', '* ', '<div>',
  '<!--', '-->', '<pre>', '</pre>', '<script>', '</script>', '<details>', '</details>', '<!X', '>', '<?', '?>', '@ann', '@ann', '@ann #12',
  'text @ann', '#12', 'GH-12', 'fixes https://x/1', '', '', '', '# h', '---', '===', '|a|b|', '|-|-|', '[x]: /u', '`', '``', '\\', '\\```',
  '<a href=\'', '\'>', '[^1]: ', '***', '\ufeff', '\u00a0', '\f', '<![CDATA[', ']]>', '+++', '<b>', '</b>', '- ```', '> ```', '```@ann',
  '```\f', '``` `', '&#64;ann', '&commat;ann', '&#35;12', '_@ann_', 'x_@ann', '*@ann*', 'a@ann', '\\#12', '&num;12']
const ends = ['\n', '\n', '\n', '\r\n', '\r', '\n\n']
const make = () => Array.from({ length: 1 + r.below(10) }, () =>
  Array.from({ length: 1 + r.below(3) }, () => r.of(parts)).join('') + r.of(ends)).join('')

let code = 0
function* commonmarkTexts(text) {
  const walker = new commonmark.Parser().parse(text).walker()
  for (let step; (step = walker.next());) {
    if (!step.entering || !step.node.literal || step.node.type === 'code') continue
    if (step.node.type === 'code_block') code += acts.test(step.node.literal)
    else yield step.node.literal
  }
}

function* itTexts(tokens) {
  for (const t of tokens) {
    if (['fence', 'code_block', 'code_inline'].includes(t.type)) continue
    if (t.children) yield* itTexts(t.children)
    else if (t.content) yield t.content
  }
}

const plain = new MarkdownIt('commonmark'), more = new MarkdownIt('default', { html: true })
function* texts(text) {
  yield* commonmarkTexts(text)
  yield* itTexts(plain.parse(text, {}))
  yield* itTexts(more.parse(text, {}))
}

const questions = Array.from({ length: count }, () => ({ harmless: make() }))
const tally = new Tally('markdown', show)
for (const [i, { text }] of ask(answer, questions).entries()) {
  const asked = questions[i].harmless, found = [...texts(text)].find(t => acts.test(t))
  if (text.replaceAll(INVISIBLE, '') !== asked) tally.differ(JSON.stringify(asked), `ours ${JSON.stringify(text)}`)
  else if (found !== undefined) tally.differ(JSON.stringify(asked), `ours ${JSON.stringify(text)}`, `read ${JSON.stringify(found)}`)
  else tally.agree(false)
}
if (!code) tally.differ('no code was left as it is')
tally.end(`, ${code} pieces of code left as they are`)
