// SPDX-License-Identifier: Apache-2.0
// Asks our program, and counts what came out.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

export function options(count) {
  const { values } = parseArgs({
    options: {
      answer: { type: 'string', default: 'build/dev/tests/answer' },
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: String(count) },
      show: { type: 'string', default: '20' }
    },
    allowPositionals: true
  })
  return { answer: values.answer, seed: Number(values.seed), count: Number(values.count), show: Number(values.show) }
}

// One answer to each question, in order.
export function ask(program, questions) {
  const answers = []
  for (let i = 0; i < questions.length; i += 5000) {
    const part = questions.slice(i, i + 5000)
    const said = spawnSync(program, { input: part.map(q => JSON.stringify(q) + '\n').join(''), maxBuffer: 1 << 30 })
    const lines = said.stdout.toString('utf8').split('\n').slice(0, -1)
    if (said.status !== 0 || lines.length !== part.length)
      throw new Error(`${program} ended with ${said.status ?? said.signal} at question ${i + lines.length}: ` +
        `${JSON.stringify(part[lines.length])}\n${said.stderr}`)
    answers.push(...lines.map(line => JSON.parse(line)))
  }
  return answers
}

export class Tally {
  constructor(what, show) { Object.assign(this, { what, show, same: 0, refused: 0, differs: 0 }) }
  agree(refused) { refused ? this.refused++ : this.same++ }
  differ(...lines) {
    if (this.differs++ < this.show) console.log(lines.join('\n    '))
  }
  end(more = '') {
    console.log(`${this.what}: ${this.same} alike, ${this.refused} refused by both, ${this.differs} differ${more}`)
    process.exitCode = this.differs ? 1 : 0
  }
}
