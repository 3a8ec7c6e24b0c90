// SPDX-License-Identifier: Apache-2.0
// Our filter patterns against regular expressions made of the same patterns, after GitHub's "Filter pattern cheat sheet".
import { ask, options, Tally } from './ask.mjs'
import { Random } from './random.mjs'

const { answer, seed, count, show } = options(10000)
const r = new Random(seed)

// The examples of the cheat sheet: patterns, names that match, names that do not.
const sheet = [
  [['feature/*'], ['feature/my-branch', 'feature/your-branch'], ['feature/beta-a/my-branch', 'feature']],
  [['feature/**'], ['feature/beta-a/my-branch', 'feature/your-branch', 'feature/mona/the/octocat'], ['features/x']],
  [['main', 'releases/mona-the-octocat'], ['main', 'releases/mona-the-octocat'], ['releases/mona']],
  [['*'], ['main', 'releases'], ['all/the/branches']],
  [['**'], ['all/the/branches', 'every/tag', 'x'], []],
  [['*feature'], ['mona-feature', 'feature', 'ver-10-feature'], ['a/feature', 'feature-a']],
  [['v2*'], ['v2', 'v2.0', 'v2.9'], ['v1', 'v2/a']],
  [['v[12].[0-9]+.[0-9]+'], ['v1.10.1', 'v2.0.0'], ['v3.0.0', 'v1.10', 'v1.x.1']],
  [['*.jsx?'], ['page.js', 'page.jsx'], ['page.ts', 'a/page.js']],
  [['**.js'], ['index.js', 'js/index.js', 'src/js/app.js'], ['index.jsx']],
  [['docs/*'], ['docs/README.md', 'docs/file.txt'], ['docs/a/b.md', 'docs']],
  [['docs/**'], ['docs/README.md', 'docs/mona/octocat.txt'], ['doc/a']],
  [['docs/**/*.md'], ['docs/README.md', 'docs/mona/hello-world.md', 'docs/a/markdown/file.md'], ['docs/a.txt', 'README.md']],
  [['**/docs/**'], ['docs/hello.md', 'dir/docs/my-file.txt', 'space/docs/plan/space.doc'], ['mydocs/a', 'docs']],
  [['**/README.md'], ['README.md', 'js/README.md'], ['js/aREADME.md']],
  [['**/*src/**'], ['a/src/app.js', 'my-src/code/js/app.js'], ['src']],
  [['**/*-post.md'], ['my-post.md', 'path/their-post.md'], ['post.md']],
  [['**/migrate-*.sql'], ['migrate-10909.sql', 'db/migrate-v1.0.sql', 'db/sept/migrate-v1.sql'], ['migrate.sql']],
  [['*.md', '!README.md'], ['hello.md'], ['README.md', 'docs/hello.md']],
  [['*.md', '!README.md', 'README*'], ['hello.md', 'README.md', 'README.doc'], ['docs/hello.md']],
  [['!main'], [], ['main', 'other']]
]

const quote = c => `\\u{${c.codePointAt(0).toString(16)}}`

// The regular expression of one pattern, undefined when it is none.
function translate(pattern) {
  const chars = [...pattern]
  let out = '', repeatable = false
  const take = () => { const c = chars.shift(); return c === '\\' ? chars.shift() : c }
  for (let before = '/'; chars.length;) {
    const c = chars.shift()
    if (c === '*') {
      let stars = 1
      while (chars[0] === '*') { chars.shift(); stars++ }
      if (stars === 1) out += '[^/]*'
      else if (before === '/' && chars[0] === '/') { // folders, also none
        chars.shift()
        const repeat = chars[0] === '?' || chars[0] === '+' ? chars.shift() : ''
        out += `(?:.*/${repeat})?`
        repeatable = false
        before = repeat || '/'
        continue
      }
      else out += '.*'
      repeatable = false
    } else if (c === '?' || c === '+') {
      if (!repeatable) return
      out += c
      repeatable = false
    } else if (c === '[') {
      let members = ''
      if (chars[0] === '!' || chars[0] === '^' || chars[0] === ']') return
      while (chars.length && chars[0] !== ']') {
        const from = take()
        if (from === undefined) return
        let to = from
        if (chars[0] === '-' && chars.length > 1 && chars[1] !== ']') { chars.shift(); to = take(); if (to === undefined) return }
        if (to.codePointAt(0) < from.codePointAt(0)) return
        members += `${quote(from)}-${quote(to)}`
      }
      if (!chars.length) return
      chars.shift()
      out += `[${members}]`
      repeatable = true
    } else {
      const plain = c === '\\' ? chars.shift() : c
      if (plain === undefined) return
      out += quote(plain)
      repeatable = true
      before = plain
      continue
    }
    before = c
  }
  return out === '' ? undefined : new RegExp(`^(?:${out})$`, 'su')
}

// The last pattern that matches decides.
function matches(patterns, name) {
  let found = false
  for (const { not, x } of patterns) if (x.test(name)) found = !not
  return found
}

const parts = ['a', 'b', 'ab', 'docs', 'src', 'main', '.', '-', '_', '1', 'v', 'README', '.md', '.js', 'ü', '日', '🚀', ' ', '$', '^', '(', ')', '|', '{', '}']
const wild = ['*', '*', '**', '**', '**/', '/**', '/', '/', '?', '+', '[ab]', '[a-z]', '[0-9]+', '[A-Z0-9]', '[.-]', '[a', '[]', '[!a]', '[z-a]', '\\*', '\\[', '\\!', '\\', '***', '!', '[\\]]', '[a-]', ']', '[ü]?']
const makePattern = r => (r.chance(0.25) ? '!' : '') + Array.from({ length: 1 + r.below(5) }, () => r.of(r.chance(0.5) ? parts : wild)).join('')
const makeName = r => Array.from({ length: 1 + r.below(4) }, () => r.of(['a', 'b', 'ab', 'docs', 'src', 'main', '.md', 'README.md', 'x.js', 'v1.0', '1', 'ü', '日', '🚀', '!', '*', '[', '(', 'docs ', 'a-b']))
  .join(r.of(['/', '/', '', '-']))
// What a pattern may stand for, so that something matches.
const near = (r, pattern) => pattern.replace(/^!/, '').replace(/\[\\?(.)[^\]]*\]/gu, '$1').replace(/\*\*\/?/g, () => r.of(['', 'a/', 'docs/src/', 'x'])).replace(/\*/g, () => r.of(['', 'a', 'main', '.md']))
  .replace(/.[?]/gu, m => r.of(['', [...m][0]])).replace(/(.)\+/gu, (_, c) => r.of([c, c + c])).replace(/\\/g, '')

const questions = sheet.map(([globs, yes, no]) => ({ globs, names: [...yes, ...no] }))
while (questions.length < count) {
  const globs = [makePattern(r), ...r.some(2, () => makePattern(r))]
  questions.push({ globs, names: [...globs.flatMap(p => [near(r, p), near(r, p)]), makeName(r), makeName(r), ''] })
}

const ours = ask(answer, questions)
const tally = new Tally('filters', show)
for (const [i, q] of questions.entries()) {
  const made = q.globs.map(p => ({ not: p.startsWith('!'), x: translate(p.replace(/^!/, '')) }))
  const want = made.every(p => p.x) ? q.names.map(n => matches(made, n)) : undefined
  const written = i < sheet.length ? q.names.map((_, k) => k < sheet[i][1].length) : want
  if (JSON.stringify(want) !== JSON.stringify(written)) tally.differ(`${q.globs}: not as it is written in the sheet`)
  if (JSON.stringify(ours[i].match) === JSON.stringify(want)) tally.agree(!want)
  else tally.differ(JSON.stringify(q.globs), `ours   ${JSON.stringify(ours[i].match ?? ours[i].error)}`, `theirs ${JSON.stringify(want)}`, JSON.stringify(q.names))
}
tally.end()
