// SPDX-License-Identifier: Apache-2.0
// The server under the pages, asked from outside.
import { setTimeout as sleep } from 'node:timers/promises'

export const until = async (what, look, seconds = 20) => {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await sleep(100)
  }
}

export class Site {
  constructor(port) { this.base = `http://127.0.0.1:${port}` }

  async get(path) {
    const answer = await fetch(`${this.base}/api/v1/${path}`)
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }

  async post(path, body) {
    const answer = await fetch(`${this.base}/api/v1/${path}`,
      { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Fettle-CSRF': 'any' }, body: body && JSON.stringify(body) })
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }

  async runs(workflow) {
    return (await this.get(`runs?limit=100&workflow=${encodeURIComponent(workflow)}`)).runs
  }

  // Starts a workflow and waits for its run to be in one of those states, or with that conclusion.
  async start(workflow, ...states) {
    const before = new Set((await this.runs(workflow)).map(r => r.id))
    await this.post(`workflows/${encodeURIComponent(workflow)}/dispatch`, {})
    return until(`a run of ${workflow} in ${states}`, async () =>
      (await this.runs(workflow)).find(r => !before.has(r.id) && (states.includes(r.state) || states.includes(r.conclusion))))
  }
}
