// SPDX-License-Identifier: Apache-2.0
// Our schedules: which lines are one, against @actions/workflow-parser, and when they come, against croner.
import { isValidCron } from '@actions/workflow-parser/model/converter/cron'
import { Cron } from 'croner'
import { ask, options, Tally } from './ask.mjs'
import { breakSchedule, makeSchedule } from './make_schedule.mjs'
import { Random } from './random.mjs'

const { answer, seed, count, show } = options(3000)
const r = new Random(seed)
const times = 6
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo', 'Pacific/Auckland', 'Africa/Casablanca', 'Pacific/Apia']

const questions = []
while (questions.length < count) {
  const made = makeSchedule(r), cron = r.chance(0.15) ? breakSchedule(r, made) : made
  // The hours around changes of the clock are met often, and so is the end of February.
  const at = Date.UTC(1996 + r.below(28), r.of([0, 1, 2, 2, 3, 9, 9, 10, 11]), 1 + r.below(31), r.below(24), r.below(60), r.below(60))
  questions.push({ cron, zone: r.of(zones), after: at + r.below(1000), count: times })
}
const ours = ask(answer, questions)
const tally = new Tally('schedules', show)

// What we take beyond GitHub: 7 is Sunday too. What we refuse: days that never come, and forms that are numbers only in JavaScript.
const isBeyond = line => /(^|[^\d])7([^\d]|$)/.test(line.split(/ +/)[4] ?? '')
// An empty field is 0 to the package.
const isOdd = (line, said) => said.error.includes('it would never come') || /^ | $|  /.test(line) || /[+.xe]/.test(line.replace(/[a-z]{3}/gi, ''))

// A day that begins with * restricts the other one; to croner only `*` alone does.
const starred = field => field !== '*' && field.startsWith('*')
const isMixed = line => { const f = line.split(' '); return (starred(f[2]) && f[4] !== '*') || (starred(f[4]) && f[2] !== '*') }

const formats = new Map(zones.map(zone => [zone, new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })]))
const offsets = new Map()
function offset(zone, at) { // the same for a quarter of an hour
  const key = zone + Math.floor(at / 900000)
  if (!offsets.has(key)) {
    const p = Object.fromEntries(formats.get(zone).formatToParts(new Date(at)).map(x => [x.type, Number(x.value)]))
    offsets.set(key, Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(at / 1000) * 1000)
  }
  return offsets.get(key)
}

// When the clocks of a zone show a time: of two moments the first; of none, the first moment after the clocks jumped.
const day = 86400000
function moment(zone, shown) {
  const before = offset(zone, shown - 1.5 * day), after = offset(zone, shown + 1.5 * day)
  const found = [shown - before, shown - after].filter(t => t + offset(zone, t) === shown)
  if (found.length) return Math.min(...found)
  let low = shown - after - day, high = shown - before + day
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000
    offset(zone, middle) === before ? low = middle : high = middle
  }
  return high
}

// croner says which times the clocks should show; its own ways around a change of the clock are others than GitHub's, which documents
// that a time that is skipped comes as soon as the clocks have jumped.
function theirTimes(q) {
  const found = new Set(), job = new Cron(q.cron, { timezone: 'UTC', paused: true, legacyMode: true })
  const now = offset(q.zone, q.after), steady = offset(q.zone, q.after - 1.2 * day) === now && offset(q.zone, q.after + 1.2 * day) === now
  for (let at = new Date(q.after + now - (steady ? 0 : 1.2 * day)), n = 0; n < 4000 && found.size <= times; n++) {
    at = job.nextRun(at)
    if (!at) break
    const t = moment(q.zone, at.getTime())
    if (t > q.after) found.add(t)
  }
  return [...found].sort((a, b) => a - b).slice(0, times)
}
const local = (zone, ms) => new Date(ms + offset(zone, ms)).toISOString().slice(0, 16)
let skipped = 0
for (const [i, q] of questions.entries()) {
  const said = ours[i], valid = isValidCron(q.cron)
  if (said.error !== undefined || !valid) {
    const fine = (said.error !== undefined) === !valid || (said.error === undefined ? isBeyond(q.cron) : isOdd(q.cron, said))
    if (fine) tally.agree(said.error !== undefined)
    else tally.differ(q.cron, `ours   ${said.error ?? 'accepts it'}`, `theirs ${valid ? 'accepts' : 'refuses'} it`)
    continue
  }
  if (isMixed(q.cron)) { skipped++; continue }
  const want = theirTimes(q)
  if (JSON.stringify(want) === JSON.stringify(said.times)) tally.agree(false)
  else tally.differ(`${q.cron}   ${q.zone} after ${new Date(q.after).toISOString()}`, `ours   ${said.times.map(t => local(q.zone, t) + ' ' + new Date(t).toISOString()).join('\n           ')}`,
    `theirs ${want.map(t => local(q.zone, t) + ' ' + new Date(t).toISOString()).join('\n           ')}`)
}
tally.end(`, ${skipped} left out`)
