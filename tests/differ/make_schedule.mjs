// SPDX-License-Identifier: Apache-2.0
// Random schedules, of which some are wrong.
const units = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 6]]
const names = { 3: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'], 4: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] }

function makeValue(r, unit) {
  const [low, high] = units[unit], n = low + r.below(high - low + 1)
  if (!names[unit] || r.chance(0.6)) return [n, r.chance(0.1) ? String(n).padStart(2, '0') : String(n)]
  const name = names[unit][n - low]
  return [n, r.of([name, name.toLowerCase(), name[0] + name.slice(1).toLowerCase()])]
}

function makeElement(r, unit) {
  const [low, high] = units[unit], step = 1 + r.below(Math.min(high, 20)), [a, from] = makeValue(r, unit), [b, to] = makeValue(r, unit)
  // croner counts SUN as 7 where a range ends with it.
  const range = /sun/i.test(from + to) ? (a <= b ? `${a}-${b}` : `${b}-${a}`) : a <= b ? `${from}-${to}` : `${to}-${from}`
  switch (r.below(6)) {
    case 0: case 1: return from
    case 2: case 3: return range
    case 4: return `*/${step}`
    default: return `${range}/${step}`
  }
}

const makeField = (r, unit) => r.chance([0.1, 0.3, 0.5, 0.5, 0.5][unit]) ? '*'
  : [makeElement(r, unit), ...r.some(2, () => makeElement(r, unit))].join(',')
export const makeSchedule = r => units.map((_, unit) => makeField(r, unit)).join(' ')

const wrong = ['60', '24', '0', '32', '13', '7', '-1', '5-', '-5', '5-3', '*/', '/5', '*/0', '*/99', '5/', ',', '5,', ',5', '*5', '**', 'X', 'JANUARY', 'MON-', 'sat-mon', '1-2-3', '1/2/3', '1.5', '?', 'L',
  'W', '5W', '5#2', '#', '@daily', '', '1 2', '0x5', '1e1', '+5', '*-5', '*/*', '1-*', '*/MON', '*/2-3', '99999999999']
export function breakSchedule(r, text) {
  const fields = text.split(' ')
  switch (r.below(4)) {
    case 0: fields.splice(r.below(5), 1); break
    case 1: fields.push(r.of(['*', '1', '2024'])); break
    default: fields[r.below(5)] = r.of(wrong)
  }
  return fields.join(' ')
}
