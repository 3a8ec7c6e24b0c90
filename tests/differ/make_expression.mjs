// SPDX-License-Identifier: Apache-2.0
// Random expressions and the contexts they look into.
const strings = ['', ' ', 'a', 'A', 'abc', 'ABC', 'main', 'refs/heads/main', 'true', 'false', 'null', 'NaN', 'Infinity',
  '-Infinity', '+Infinity', 'infinity', '0', '-0', '1', '01', '+1', ' 1 ', '1.', '.5', '-.5', '1e3', '1E3', '1e', 'e1', '1e+2',
  '1e-2', '0x1F', ' 0x1f ', '0x', '0xg', '-0x1', '0o17', '0o8', '0o', '1 2', '1,000', '1_000', '1.2.3', '--1', '+-1',
  '9007199254740993', '123456789.123456789', '1e400', '-1e400', '4.9e-324', '0xffffffffff', '\t2\n', "it's", "''",
  'x{y', '}', '{{', '[1,2]', '{"a":1}', 'ü', 'Ü', 'σ', 'Σ', 'ς', 'é', 'É', 'ж', 'Ж', '日本', '🚀', 'z🚀', '\u{10428}',
  '\u{10400}', 'Array', 'Object', 'b', 'B', 'a b', 'a-b', '_x', 'deep', 'name', 'labels', 'push']
const numbers = ['0', '-0', '+0', '1', '-1', '+1', '2', '10', '1.5', '-1.5', '.5', '-.5', '+.5', '1.', '1e3', '1E3', '1e+3', '1e-3',
  '0x0', '0xFF', '0xff', '0xfffffffff', '0o17', '0o0', '0.1', '0.30000000000000004', '1e15', '1e14', '123456789012345',
  '1234567890123456', '99999999999999.9', '1e300', '1e-300', '1e400', '-1e400', '9007199254740993', 'NaN', 'Infinity', '-Infinity',
  '+Infinity', '3.0', '2.50', '100', '2147483647', '2147483648', '4294967296', '0.000001', '0.0001', '0.00001', '1e21', '1e20']
const broken = ['0x', '0xg', '0o8', '1e', '1.2.3', '--1', '+-1', '-', '+', '1a', 'a$', '@x', '"a"', "'a", '=', '&', '|', 'a b', '..',
  '.a', '%', '~', '1..2', '$x', 'é', '{', '}', 'a/b', '-Infinit', '*', '`', '\\', ';', ':']
const names = ['a', 'A', 'b', 'name', 'NAME', 'labels', 'a-b', '_x', 'x1', 'deep', 'true', 'null', 'NaN', 'Infinity', 'missing', 'length',
  'if', 'format']
const keys = ['a', 'b', 'name', 'labels', 'a-b', '_x', 'x1', 'deep', 'true', 'null', 'a b', 'ü', "it's", '', 'x.y', '{0}', '*', '1x']

export const makeString = (r, text = r.chance(0.9) ? r.of(strings) : r.of(strings) + r.of(strings)) =>
  `'${text.replaceAll("'", "''")}'`

export function makeValue(r, depth) {
  switch (r.below(depth > 0 ? 8 : 4)) {
    case 0: return r.of([null, true, false])
    case 1: return r.of([0, 1, -1, 2, 1.5, 0.1, 1e21, 1e-7, 123456789, 1 / 3, 100 / 3, 2 ** 53, 1e15, 123456789012345.6])
    case 2: case 3: return r.of(strings)
    case 4: case 5: return r.some(4, () => makeValue(r, depth - 1))
    default: {
      const o = {}
      for (let i = r.below(5); i > 0; i--) {
        const key = r.of(keys)
        if (!Object.keys(o).some(k => k.toLowerCase() === key.toLowerCase())) o[key] = makeValue(r, depth - 1)
      }
      return o
    }
  }
}

export function makeContexts(r) {
  return {
    github: { event_name: 'push', ref: 'refs/heads/main', Actor: 'Ann', event: { labels: [{ name: 'a' }, { name: 'B' }], a: null } },
    o: { a: 1, b: 'two', name: { deep: [1, { name: 'x' }] }, labels: [{ name: 'a', a: [1, 2] }, { Name: 'b' }, 3, ['name']] },
    list: [1, 'two', null, true, [3, [4]], { a: 'x' }, { A: 'y', b: { a: 1 } }],
    s: r.of(strings), n: r.of([0, -1, 2.5, 1e21, 33.333333333333336]), t: true, f: false, z: null, e: [], eo: {},
    v: makeValue(r, 3), w: [makeValue(r, 2), makeValue(r, 2)], 'x-1': { 'a b': [makeValue(r, 1)] }
  }
}
const contextNames = ['github', 'GitHub', 'o', 'O', 'list', 's', 'n', 't', 'f', 'z', 'e', 'eo', 'v', 'v', 'w', 'x-1']

const operators = ['==', '!=', '<', '<=', '>', '>=', '&&', '||']
const blank = r => r.chance(0.8) ? ' ' : r.of(['', '  ', '\t', '\n', ' \r\n'])

function makeLiteral(r) {
  switch (r.below(6)) {
    case 0: return r.of(['null', 'true', 'false'])
    case 1: case 2: return r.of(numbers)
    default: return makeString(r)
  }
}

function makeIndexed(r, depth, base) {
  let text = base
  for (let n = 1 + r.below(3); n > 0; n--)
    switch (r.below(7)) {
      case 0: case 1: case 2: text += blankless(r) + '.' + blankless(r) + r.of(names); break
      case 3: text += r.chance(0.5) ? '.*' : `[${blankless(r)}*]`; break
      case 4: text += `[${r.of(['0', '1', '2', '-1', '1.5', '0.9', '-0.5', '99', 'NaN', 'Infinity', '1e3', '0x1', '2147483648', 'null',
        'true', "''", "'1'", "' 1 '"])}]`; break
      case 5: text += `[${makeString(r, r.of(keys))}]`; break
      default: text += `[${makeExpression(r, depth - 1)}]`
    }
  return text
}
const blankless = r => r.chance(0.95) ? '' : ' '

const formats = ['{0}', '{1}', '{0}{0}', '{0} {1}', '{{0}}', '{{{0}}}', '{{', '}}', '{', '}', '{}', '{a}', '{ 0}', '{0 }', '{-1}', '{00}',
  '{01}', '{0}}', '{{0}', 'a{0}b{1}c{2}', '{9}', '{99999999999}', '}{', '{0', '0}', 'ü{0}🚀', '{0}}}', '{{{{', "it's {0}", '{{{0}', '']
const jsons = ['1', '-1', '1.5', '1e3', '1E+2', '-0', '0', '01', '1.', '.5', '+1', '0x1', 'NaN', 'Infinity', 'true', 'false', 'null', 'True',
  'undefined', '""', '"a"', '"ü"', '"\\u00fc"', '"\\n\\t\\\\\\""', '"\\x"', "'a'", '[]', '[1]', '[1,]', '[,]', '[1 2]', '{}',
  '{"a":1}', '{"a":1,}', '{a:1}', '{"a":{"b":[1,{"c":null}]}}', ' [ 1 , 2 ] ', '\t{ "a" : [ ] }\n', '1 2', '[1]]', '[', '{', '"', '',
  ' ', '{"a":1,"a":2}', '{"A":1,"a":2}', '{"a":1,"A":2,"a":3}', '[null,true,1.5,"x"]', '{"name":"x","labels":["a","b"]}', '1e400', '123456789012345678901234567890',
  '// x', '[1,/*x*/2]', '"\ud83d\ude80"', '"\\ud83d\\ude80"', '\u00a01', '"a\nb"', '-', '--1', '1e', '[[[[1]]]]', 'nul', 'nulll']

function makeCall(r, depth) {
  const arg = () => makeExpression(r, depth - 1)
  const args = n => Array.from({ length: n }, arg)
  const any = r.chance(0.06) // any number of arguments
  switch (r.below(9)) {
    case 0: return call(r, r.of(['contains', 'Contains', 'startsWith', 'STARTSWITH', 'endsWith', 'endswith']), args(any ? r.below(4) : 2))
    case 1: return call(r, 'contains', args(2))
    case 2: return call(r, r.of(['format', 'FORMAT']), any ? args(r.below(3)) : [makeString(r, r.of(formats)), ...r.some(3, arg)])
    case 3: return call(r, 'format', [makeString(r, '{0}'), arg()])
    case 4: return call(r, 'join', any ? args(r.below(4)) : args(1 + r.below(2)))
    case 5: return call(r, r.of(['toJSON', 'toJson', 'tojson']), any ? args(r.below(3)) : args(1))
    case 6: return call(r, r.of(['fromJSON', 'fromJson', 'FromJson']), any ? args(r.below(3))
      : r.chance(0.7) ? [makeString(r, r.of(jsons))] : [call(r, 'toJSON', args(1))])
    case 7: return call(r, r.of(['case', 'CASE']), any ? args(r.below(6)) : [r.of(['true', 'false', '1 == 1', 't', arg()]), ...args(r.of([2, 2, 4]))])
    default: return call(r, r.chance(0.1) ? r.of(['nope', 'tojsonn', 'a', 'success2']) : 'format', [makeString(r, '{0}'), arg()])
  }
}
const call = (r, name, args) => `${name}${blankless(r)}(${args.join(r.of([', ', ',', ' , ']))})`

export function makeExpression(r, depth) {
  if (depth <= 0) return r.chance(0.5) ? makeLiteral(r) : r.of(contextNames)
  switch (r.below(12)) {
    case 0: return makeLiteral(r)
    case 1: return r.of(contextNames)
    case 2: return '!' + blankless(r) + makeExpression(r, depth - 1)
    case 3: return `(${blankless(r)}${makeExpression(r, depth - 1)})`
    case 4: case 5: return makeIndexed(r, depth, r.of(contextNames))
    case 6: return makeIndexed(r, depth, r.chance(0.5) ? makeCall(r, depth) : `(${makeExpression(r, depth - 1)})`)
    case 7: case 8: return makeCall(r, depth)
    default: {
      let text = makeExpression(r, depth - 1)
      for (let n = 1 + r.below(3); n > 0; n--) text += blank(r) + r.of(operators) + blank(r) + makeExpression(r, depth - 1)
      return text
    }
  }
}

// Something in it goes wrong: characters or tokens lost, doubled, put in.
export function breakExpression(r, text) {
  const tokens = text.match(/'(?:[^']|'')*'|[A-Za-z_][\w-]*|[\d.]+|[=!<>&|]{1,2}|\s+|[^]/gu) ?? ['']
  for (let n = 1 + r.below(2); n > 0; n--) {
    const at = r.below(tokens.length)
    switch (r.below(5)) {
      case 0: tokens.splice(at, 1); break
      case 1: tokens.splice(at, 0, tokens[at]); break
      case 2: tokens.splice(at, 0, r.of(broken)); break
      case 3: tokens[at] = r.of([...broken, 'null', '1', "'a'", '(', ')', '[', ']', ',', '.', '.*', '!', 'nobody', 'o', 'format(', '==', '&&']); break
      default: tokens.splice(at, 0, r.of(['(', ')', '[', ']', ',', '.', '!', ' ', '==', 'o', '1', "'"]))
    }
  }
  return tokens.join('')
}
