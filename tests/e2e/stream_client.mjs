// SPDX-License-Identifier: Apache-2.0
// Those who follow GET /api/v1/stream.
//   node stream_client.mjs follow WHERE FILE      one that comes back with Last-Event-ID; a line for each event
//   node stream_client.mjs crowd WHERE NUMBER     so many at once; tells how many were let in, then how they ended
// WHERE: unix:PATH, or http(s)://HOST:PORT
import http from 'node:http'
import https from 'node:https'
import { appendFileSync } from 'node:fs'

const [what, where, more] = process.argv.slice(2)
const target = where.startsWith('unix:') ? { socketPath: where.slice(5) } :
  { host: new URL(where).hostname, port: new URL(where).port, rejectUnauthorized: false }
const wire = where.startsWith('https:') ? https : http

// tell(event) for each {id, event, data, retry}; over(how, answer) once: whole, broken or refused.
const open = (query, headers, tell, over) => {
  let said = false
  const end = (how, answer) => { if (!said) { said = true; over(how, answer) } }
  const request = wire.get({ ...target, path: `/api/v1/stream${query}`, headers, agent: false }, answer => {
    if (answer.statusCode !== 200) { answer.resume(); return end('refused', answer) }
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', part => {
      const blocks = (text + part).split('\n\n')
      text = blocks.pop()
      for (const block of blocks) {
        const event = {}
        for (const line of block.split('\n')) {
          const at = line.indexOf(': ')
          if (at > 0) event[line.slice(0, at)] = line.slice(at + 2)
        }
        tell(event)
      }
    })
    answer.on('error', () => end('broken', answer))
    answer.on('end', () => end(text === '' && answer.complete ? 'whole' : 'broken', answer))
  })
  request.on('error', () => end('broken'))
}

const follow = file => {
  let last = '0', retry = 100
  const again = () => open('?after=0', last === '0' ? {} : { 'Last-Event-ID': last }, event => {
    if (event.retry) retry = Math.min(Number(event.retry), 100)
    if (event.id) last = event.id
    if (event.event) appendFileSync(file, `${event.event} ${event.id} ${event.data}\n`)
  }, () => setTimeout(again, retry))
  again()
}

const crowd = n => {
  const seen = new Map() // what was told -> how many were told that
  const count = { in: 0, refused: 0, whole: 0, broken: 0, after: new Set() }
  let open_ = n, waiting = n
  const arrived = () => { if (--waiting === 0) console.log(`in ${count.in} refused ${count.refused} retry-after ${[...count.after].join(',')}`) }
  for (let i = 0; i < n; i++) {
    let told = '', inside = false
    open('', {}, event => {
      if (event.event === 'hello') { inside = true; count.in++; arrived() }
      if (event.event === 'journal') told += `${event.id} `
    }, (how, answer) => {
      count[how]++
      if (how === 'refused') count.after.add(answer.headers['retry-after'])
      if (!inside) arrived()
      else seen.set(told, (seen.get(told) ?? 0) + 1)
      if (--open_ > 0) return
      const most = [...seen].sort((a, b) => b[1] - a[1])[0]
      console.log(`whole ${count.whole} broken ${count.broken} same ${most[1]} events ${most[0].split(' ').length - 1}`)
    })
  }
}

if (what === 'follow') follow(more)
else crowd(Number(more))
