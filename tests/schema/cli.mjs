// SPDX-License-Identifier: Apache-2.0
// What verbs print with --json against the schemas of tests/cli/schema. usage: node cli.mjs SCHEMAS FOLDER: a file
// WHAT.NUMBER.json is judged by WHAT.json. Schemas name one another by their files.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Ajv from 'ajv'

const [schemas, folder] = process.argv.slice(2)
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
for (const file of readdirSync(schemas)) ajv.addSchema(JSON.parse(readFileSync(join(schemas, file), 'utf8')), file)
const judged = new Set()
let wrong = 0
let n = 0
for (const file of readdirSync(folder).sort()) {
  const what = file.split('.')[0]
  const text = readFileSync(join(folder, file), 'utf8')
  const judge = ajv.getSchema(`${what}.json`)
  n++
  judged.add(what)
  try {
    if (!judge) throw new Error(`there is no tests/cli/schema/${what}.json`)
    if (!judge(JSON.parse(text))) throw new Error(`${ajv.errorsText(judge.errors)}\n${text.slice(0, 2000)}`)
  } catch (e) {
    wrong++
    console.error(`${file}: ${e.message}`)
  }
}
console.log(`${n} outputs judged by ${judged.size} schemas, ${wrong} wrong`)
process.exit(wrong ? 1 : 0)
