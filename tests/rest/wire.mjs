// SPDX-License-Identifier: Apache-2.0
// Requests over connections that are kept; `port` is a port of this machine, or the path of a socket. Of an answer that
// goes on for ever the first `events` events are read.
import http from 'node:http'
import https from 'node:https'

export const wire = (port, secure) => {
  const module = secure ? https : http
  const place = String(port).startsWith('/') ? { socketPath: port } : { host: '127.0.0.1', port }
  const agent = new module.Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false })
  return (method, path, { token, body, headers = {}, events = 1 } = {}) => new Promise((resolve, reject) => {
    if (token) headers = { ...headers, Authorization: `Bearer ${token}` }
    if (body !== undefined) headers = { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    let answered = false
    const request = module.request({ ...place, method, path, agent, headers }, answer => {
      const parts = []
      const endless = method !== 'HEAD' && answer.headers['content-type'] === 'text/event-stream'
      const done = () => resolve({
        status: answer.statusCode, headers: answer.headers, type: answer.headers['content-type'] ?? '',
        text: Buffer.concat(parts).toString(),
      })
      answered = true
      answer.on('data', part => {
        parts.push(part)
        if (!endless || Buffer.concat(parts).toString().split('\n\n').length <= events) return
        done()
        answer.destroy()
      })
      answer.on('error', reject)
      answer.on('end', done)
    })
    request.on('error', e => { if (!answered) reject(new Error(`${method} ${path}: ${e.message}`)) })
    request.end(body)
  })
}
