// SPDX-License-Identifier: Apache-2.0
// Do the JSON Schemas and the readers agree? A file that `fettle check` accepts is valid for the schema of its kind, and
// one that it refuses for its structure is not. usage: node agree.mjs FETTLE EXCEPTIONS FILE-OR-FOLDER…
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import Ajv from 'ajv'
import { parseDocument } from 'yaml'

const structural = new Set(['unknown-key', 'bad-type', 'missing-key', 'bad-value', 'unsupported-key'])
const [fettle, exceptionsFile, ...places] = process.argv.slice(2)
const exceptions = new Map(readFileSync(exceptionsFile, 'utf8').split('\n')
  .filter(line => line && !line.startsWith('#')).map(line => [line.split(' ')[0], false]))

const validators = {}
for (const kind of ['workflow', 'server', 'repositories']) {
  const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: false })
  ajv.addKeyword('markdownDescription')
  const made = spawnSync(fettle, ['schema', kind], { encoding: 'utf8' })
  validators[kind] = ajv.compile(JSON.parse(made.stdout)) // throws when it is no schema
}

const filesOf = place => statSync(place).isDirectory()
  ? readdirSync(place).sort().flatMap(name => /\.ya?ml$/.test(name) ? [join(place, name)] : [])
  : [place]

const kindOf = file => /^(server|fettle)/.test(basename(file)) ? 'server'
  : /^(repositories|cross)/.test(basename(file)) ? 'repositories' : 'workflow'

let wrong = 0
const counts = { accepted: 0, refused: 0, undemanded: 0, excepted: 0 }
for (const file of places.flatMap(filesOf)) {
  const said = spawnSync(fettle, ['check', file], { encoding: 'utf8' })
  const codes = [...said.stderr.matchAll(/: error: .* \[([a-z-]+)\]$/gm)].map(m => m[1])
  const doc = parseDocument(readFileSync(file, 'utf8'), { uniqueKeys: true })
  if (codes.includes('syntax') || doc.errors.length || doc.contents === null) {
    counts.undemanded++
    continue
  }
  const validate = validators[kindOf(file)]
  const valid = validate(doc.toJS())
  const want = said.status === 0 ? true : codes.some(c => structural.has(c)) ? false : undefined
  if (want === undefined) {
    counts.undemanded++
  } else if (exceptions.has(basename(file))) {
    exceptions.set(basename(file), true)
    counts.excepted++
    if (valid === want) {
      console.log(`${file}: agrees, and is among the exceptions`)
      wrong++
    }
  } else if (valid !== want) {
    wrong++
    console.log(`${file}: the reader ${want ? 'accepts' : 'refuses'} it (${codes.join(' ')}), the schema does not agree`)
    if (!valid) console.log(JSON.stringify(validate.errors.slice(0, 3)))
  } else {
    counts[want ? 'accepted' : 'refused']++
  }
}
for (const [name, seen] of exceptions)
  if (!seen) { console.log(`${name}: an exception that is no file, or about which nothing is demanded`); wrong++ }
console.log(`schema and reader: ${counts.accepted} files accepted by both, ${counts.refused} refused by both, ` +
  `${counts.undemanded} wrong in other ways, ${counts.excepted} exceptions`)
process.exit(wrong ? 1 : 0)
