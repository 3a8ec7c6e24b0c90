// SPDX-License-Identifier: Apache-2.0
// The package @actions/expressions. Where it does not do what GitHub's documentation says or what the runner does, it is
// corrected here; each correction has an example that shows that the package alone says something else.
import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import { wellKnownFunctions } from '@actions/expressions/funcs'

const { NumberData, StringData, Dictionary, BooleanData } = data

export function parseJson(text) { return JSON.parse(text, data.reviver) }

const plain = v => {
  switch (v.kind) {
    case data.Kind.Null: return null
    case data.Kind.Number: return Number.isFinite(v.value) ? (v.value === 0 ? 0 : v.value) : String(v.value)
    case data.Kind.Array: return v.values().map(plain)
    case data.Kind.Dictionary: return Object.fromEntries(v.pairs().map(p => [p.key, plain(p.value)]))
    default: return v.value
  }
}
const kindNames = { [data.Kind.Null]: 'Null', [data.Kind.Boolean]: 'Boolean', [data.Kind.Number]: 'Number', [data.Kind.String]: 'String',
  [data.Kind.Array]: 'Array', [data.Kind.Dictionary]: 'Object' }

// {kind, value}, or {error, line, column} of what is wrong with the text, or {error} of what goes wrong while evaluating.
export function evaluate(text, contexts, functions) {
  let tree
  try {
    const { tokens } = new Lexer(text).lex()
    try {
      tree = new Parser(tokens, Object.keys(contexts), []).parse()
    } catch (e) {
      if (!e.pos) throw e
      return { error: e.message, line: e.pos.line, column: e.pos.column }
    }
  } catch (e) {
    const at = /^(.*)\. Located at position (\d+) within expression: /s.exec(e.message)
    return at ? { error: at[1], offset: Number(at[2]) - 1 } : { error: e.message }
  }
  if (!tree) return { kind: 'Null', value: null }
  const world = new Dictionary(...Object.entries(contexts).map(([key, v]) => ({ key, value: parseJson(JSON.stringify(v)) })))
  try {
    const v = new Evaluator(tree, world, functions).evaluate()
    return { kind: kindNames[v.kind], value: plain(v) }
  } catch (e) {
    return { error: e.message, evaluated: true }
  }
}

// At most 15 digits, as .NET's "G15" writes them.
export function numberText(n) {
  if (!Number.isFinite(n)) return String(n)
  if (n === 0) return '0'
  const [digits, exponent] = n.toExponential(14).split('e').map((part, i) => i ? Number(part) : part)
  if (exponent >= 15 || exponent < -4)
    return `${digits.replace(/\.?0+$/, '')}E${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  const fixed = n.toFixed(Math.max(0, 14 - exponent))
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed
}

const { toUpperCase } = String.prototype
const single = c => { const up = toUpperCase.call(c); return c !== 'ı' && [...up].length === 1 ? up : c }
// Character by character, as .NET's OrdinalIgnoreCase does: ß and ligatures stay what they are.
const simpleUpper = s => Array.from(s, single).join('')

export const corrections = [
  {
    reason: 'a number becomes text with 15 digits and .NET\'s exponents (the runner\'s "G15"), not with 15 places behind the point',
    examples: ["format('{0}', 100.0 == 100 && n)", "format('{0}', 1e-7)", "format('{0}', 1e21)"],
    apply() { NumberData.prototype.coerceString = function () { return numberText(this.value) } }
  },
  {
    reason: 'only the first of several doubled quotes of a string becomes one quote',
    examples: ["'a''b''c'"],
    apply() {
      const lex = Lexer.prototype.addToken
      Lexer.prototype.addToken = function (type, value) {
        const raw = this.input.substring(this.start, this.offset)
        lex.call(this, type, typeof value === 'string' ? raw.slice(1, -1).replaceAll("''", "'") : value)
      }
    }
  },
  {
    reason: 'documented: text that is no number in a form of JSON is NaN; of the other forms the runner knows 0x and 0o, in lower case',
    examples: ["'0b11' == 3", "'0X1F' == 31", '0b11'],
    apply() { StringData.prototype.number = function () { return /^\s*0[bBXO]/.test(this.value) ? NaN : Number(this.value) } }
  },
  {
    reason: 'the runner compares text character by character (OrdinalIgnoreCase): ß is not SS, a ligature not its letters, and contains() ' +
      'sees what == sees',
    examples: ["'ß' == 'ss'", "'ﬁ' == 'FI'", "contains('ς', 'Σ')", "contains('İ', 'i')"],
    apply() { String.prototype.toUpperCase = function () { return simpleUpper(String(this)) } },
    functions: {
      contains: (f, ...args) => args[0].primitive && args[1].primitive
        ? new BooleanData(simpleUpper(args[0].coerceString()).includes(simpleUpper(args[1].coerceString()))) : f.call(...args)
    }
  },
  {
    reason: 'toJSON() writes numbers as format() does, and escapes the line ends of Unicode',
    examples: ['toJSON(NaN)', 'toJSON(1e21)', 'toJSON(0.30000000000000004)', "toJSON('\u2028')"],
    functions: {
      tojson: (f, value) => {
        const marked = v => v.kind === data.Kind.Number ? new StringData(`\ue000${numberText(v.value)}\ue001`)
          : v.kind === data.Kind.Array ? new data.Array(...v.values().map(marked))
            : v.kind === data.Kind.Dictionary ? new Dictionary(...v.pairs().map(p => ({ key: p.key, value: marked(p.value) }))) : v
        return new StringData(f.call(marked(value)).coerceString().replace(/"\ue000(.*?)\ue001"/g, '$1')
          .replace(/[\u0085\u2028\u2029]/g, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')))
      }
    }
  },
  {
    reason: 'a place of format() is a number alone: with more in the braces the format is invalid',
    examples: ["format('{0:x}', 1)", "format('{0abc}', 1)"],
    functions: {
      format: (f, ...args) => {
        if (/\{\d+[^\d}]/.test(args[0].coerceString().replaceAll('{{', '')))
          throw new Error(`The following format string is invalid: ${args[0].coerceString()}`)
        return f.call(...args)
      }
    }
  },
  {
    reason: 'documented: case() looks at its conditions in order and gives the value of the first that is true: what stands behind is not ' +
      'looked at',
    examples: ["case(true, 1, fromJSON('x'))", "case(false, fromJSON('x'), 2)"],
    apply() {
      const visit = Evaluator.prototype.visitFunctionCall
      Evaluator.prototype.visitFunctionCall = function (call) {
        if (call.functionName.lexeme.toLowerCase() !== 'case') return visit.call(this, call)
        const { args } = call
        for (let i = 0; i + 1 < args.length; i += 2) {
          const condition = this.eval(args[i])
          if (condition.kind !== data.Kind.Boolean) throw new Error('case predicate must evaluate to a boolean value')
          if (condition.value) return this.eval(args[i + 1])
        }
        return this.eval(args.at(-1))
      }
    }
  },
  {
    reason: 'a key may have a name that JavaScript\'s objects have',
    examples: ["toJSON(fromJSON('{\"constructor\":1}'))", "fromJSON('{\"__proto__\":1}').__proto__ == null"],
    apply() {
      Dictionary.prototype.add = function (key, value) {
        if (!this.map) this.indexMap = this.map = Object.create(null)
        const name = simpleUpper(key)
        if (name in this.map) return
        this.keys.push(key)
        this.v.push(value)
        this.map[name] = this.v.length - 1
      }
      Dictionary.prototype.get = function (key) { return this.map && this.v[this.map[simpleUpper(key)]] }
      Dictionary.prototype.pairs = function () { return this.keys.map((key, i) => ({ key, value: this.v[i] })) }
    }
  }
]

export function correct() {
  const functions = new Map()
  for (const c of corrections) {
    c.apply?.()
    for (const [name, call] of Object.entries(c.functions ?? {})) {
      const before = functions.get(name) ?? wellKnownFunctions[name]
      functions.set(name, { ...before, call: (...args) => call(before, ...args) })
    }
  }
  return functions
}
