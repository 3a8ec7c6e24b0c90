// SPDX-License-Identifier: Apache-2.0
// Whether a body is an ExportTraceServiceRequest in OTLP's JSON, strictly: no member that the messages do not have, ids
// in hexadecimal, 64-bit integers as texts, enums as numbers. By opentelemetry-proto 1.7 (collector/trace/v1,
// trace/v1/trace.proto, common/v1, resource/v1) and the proto3 JSON mapping with the exceptions of the OTLP
// specification, "JSON Protobuf Encoding".
const hex = n => v => typeof v === 'string' && new RegExp(`^[0-9a-f]{${n}}$`).test(v) && !/^0+$/.test(v)
const text = v => typeof v === 'string'
const uint32 = v => Number.isInteger(v) && v >= 0 && v < 2 ** 32
const fixed64 = v => typeof v === 'string' && /^(0|[1-9][0-9]*)$/.test(v) && BigInt(v) < 2n ** 64n
const int64 = v => typeof v === 'string' && /^(0|-?[1-9][0-9]*)$/.test(v) && BigInt(v) >= -(2n ** 63n) && BigInt(v) < 2n ** 63n
const word = max => v => Number.isInteger(v) && v >= 0 && v <= max
const list = of => (v, at, say) => Array.isArray(v) ? v.every((x, i) => of(x, `${at}[${i}]`, say) !== false) || true : false

const message = (members, needed = []) => (v, at, say) => {
  if (typeof v !== 'object' || v === null || Array.isArray(v)) return false
  for (const [key, value] of Object.entries(v))
    if (!Object.hasOwn(members, key)) say(`${at}: there is no member "${key}"`)
    else if (members[key](value, `${at}.${key}`, say) === false) say(`${at}.${key}: ${JSON.stringify(value)}`)
  for (const key of needed) if (!Object.hasOwn(v, key)) say(`${at}: "${key}" is missing`)
  return true
}
const anyValue = (v, at, say) => {
  message({ stringValue: text, boolValue: x => typeof x === 'boolean', intValue: int64, doubleValue: x => typeof x === 'number',
    arrayValue: message({ values: list(anyValue) }), kvlistValue: message({ values: list(keyValue) }), bytesValue: text })(v, at, say)
  if (Object.keys(v).length !== 1) say(`${at}: a value is one of its kinds`)
}
const keyValue = message({ key: x => text(x) && x !== '', value: anyValue }, ['key', 'value'])
const attributes = (v, at, say) => {
  if (!Array.isArray(v)) return false
  list(keyValue)(v, at, say)
  const keys = v.map(x => x.key)
  if (new Set(keys).size !== keys.length) say(`${at}: an attribute is there twice`)
}
const status = message({ message: text, code: word(2) })
const event = message({ timeUnixNano: fixed64, name: text, attributes, droppedAttributesCount: uint32 })
const link = message({ traceId: hex(32), spanId: hex(16), traceState: text, attributes, droppedAttributesCount: uint32, flags: uint32 },
  ['traceId', 'spanId'])
const spanFields = message({ traceId: hex(32), spanId: hex(16), traceState: text, parentSpanId: hex(16), flags: uint32,
  name: x => text(x) && x !== '', kind: word(5), startTimeUnixNano: fixed64, endTimeUnixNano: fixed64, attributes,
  droppedAttributesCount: uint32, events: list(event), droppedEventsCount: uint32, links: list(link), droppedLinksCount: uint32, status },
['traceId', 'spanId', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano'])
const span = (v, at, say) => {
  if (spanFields(v, at, say) === false) return false
  if (fixed64(v.startTimeUnixNano) && fixed64(v.endTimeUnixNano) && BigInt(v.endTimeUnixNano) < BigInt(v.startTimeUnixNano))
    say(`${at}: it ends before it begins`)
  if (v.startTimeUnixNano === '0') say(`${at}: it has no beginning`)
}
const scope = message({ name: text, version: text, attributes, droppedAttributesCount: uint32 })
const scopeSpans = message({ scope, spans: list(span), schemaUrl: text }, ['spans'])
const resource = message({ attributes, droppedAttributesCount: uint32, entityRefs: list(() => true) })
const request = message({ resourceSpans: list(message({ resource, scopeSpans: list(scopeSpans), schemaUrl: text }, ['scopeSpans'])) },
  ['resourceSpans'])

export const faults = body => {
  const found = []
  if (request(body, 'request', x => found.push(x)) === false) found.push('request: no object')
  const names = body.resourceSpans?.[0]?.resource?.attributes?.map(x => x.key) ?? []
  if (!names.includes('service.name')) found.push('resource: no service.name')
  return found
}
export const spansOf = body => body.resourceSpans.flatMap(r => r.scopeSpans.flatMap(s => s.spans))
