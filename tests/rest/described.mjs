// SPDX-License-Identifier: Apache-2.0
// A description of an API as something that judges: which answers are as it says. Objects are closed here: a member
// that the description does not have is a finding, though clients are told to expect more.
import { Validator } from '@seriousme/openapi-schema-validator'
import Ajv from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const closed = schema => {
  if (Array.isArray(schema)) return schema.map(closed)
  if (schema === null || typeof schema !== 'object') return schema
  const made = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  if (made.properties && made.type === 'object' && made.additionalProperties === undefined) made.additionalProperties = false
  return made
}

export class Described {
  constructor(doc) {
    this.doc = doc
    this.ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: false })
    addFormats(this.ajv)
    this.ajv.addKeyword('components')
    this.ajv.addSchema({ $id: 'https://fettle.invalid/', components: closed(doc.components) })
    this.operations = Object.entries(doc.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, op]) => ({ path, method: method.toUpperCase(), ...op })))
    this.judges = new Map()
  }

  // What is wrong with the description itself.
  async faults() {
    const found = await new Validator().validate(this.doc)
    return found.valid ? [] : [].concat(found.errors).map(e => JSON.stringify(e))
  }

  judge(schema) {
    const text = JSON.stringify(schema).replaceAll('#/components', 'https://fettle.invalid/#/components')
    if (!this.judges.has(text)) this.judges.set(text, this.ajv.compile(JSON.parse(text)))
    return this.judges.get(text)
  }

  // What is wrong with this answer to this operation; null = nothing.
  wrong(op, answer) {
    const said = op.responses[answer.status]
    if (!said) return `status ${answer.status} is not described`
    const [type] = answer.type.split(';')
    const content = said.content[type]
    const either = type === 'application/openmetrics-text' && said.content['text/plain']
    if (!content && !either) return `${answer.status} has the type ${type}`
    if (!content?.schema) return null
    let value
    try { value = JSON.parse(answer.text) } catch (e) { return `no JSON: ${e.message}` }
    const judge = this.judge(content.schema)
    if (!judge(value)) return JSON.stringify(judge.errors.slice(0, 2))
    if (type === 'application/problem+json' && value.status !== answer.status) return 'another status inside'
    return null
  }
}
