// SPDX-License-Identifier: Apache-2.0
// The package @actions/workflow-parser: what it says of a file, and what it reads.
import { register } from 'node:module'

register('./json_module.mjs', import.meta.url)
const { convertWorkflowTemplate, parseWorkflow } = await import('@actions/workflow-parser')
const { NumberToken } = await import('@actions/workflow-parser/templates/tokens/number-token')
const { TokenType } = await import('@actions/workflow-parser/templates/tokens/types')
const { numberText } = await import('./theirs.mjs')

// As the runner's "G15"; the package has JavaScript's form of long numbers.
NumberToken.prototype.toString = function () { return numberText(this.num) }

const silent = { error() {}, info() {}, verbose() {} }

// {errors, tree}
export async function read(content) {
  try {
    const { context, value } = parseWorkflow({ name: 'main.yml', content }, silent)
    if (value) await convertWorkflowTemplate(context, value)
    return { errors: context.errors.getErrors().map(e => e.message.replace(/^main\.yml /, '')), tree: value }
  } catch (e) {
    return { errors: [`it throws: ${e.message}`] }
  }
}

// A token as plain data; undefined where there is an expression in it.
export function plain(token) {
  if (!token || token.isExpression) return undefined
  switch (token.templateTokenType) {
    case TokenType.Mapping: return Object.fromEntries([...token].map(pair => [pair.key.toString(), plain(pair.value)]))
    case TokenType.Sequence: return [...token].map(plain)
    case TokenType.Null: return null
    case TokenType.Number: return Number.isFinite(token.value) ? token.value : numberText(token.value)
    default: return token.value
  }
}
