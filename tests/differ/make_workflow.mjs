// SPDX-License-Identifier: Apache-2.0
// Workflow files that both readers accept, and what becomes of them when something in them is changed.
import { stringify } from 'yaml'

export const bases = [
  'on: push\njobs:\n  a:\n    runs-on: linux\n    steps:\n      - run: make\n',
  `name: ci
run-name: CI of \${{ github.ref_name }}
on:
  push:
    branches: [main, 'releases/**', '!releases/old']
    tags-ignore: [v1.*]
    paths: ['src/**', '!src/doc/**']
  pull_request:
    types: [opened, synchronize]
    branches-ignore: [wip]
    paths-ignore: ['**.md']
  schedule:
    - cron: '5 4 * * 1-5'
    - cron: '*/15 0,12 1 jan,feb sun'
      timezone: Europe/Berlin
  workflow_dispatch:
    inputs:
      level:
        description: how much
        required: true
        default: warn
        type: choice
        options: [info, warn]
      dry: {type: boolean, default: false}
      times: {type: number, default: 3}
      text: {type: string}
      where: {type: environment}
permissions:
  contents: read
  issues: write
env:
  A: 1
  B: text
  C: true
  D: \${{ github.sha }}
defaults:
  run: {shell: bash, working-directory: src}
concurrency:
  group: ci-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  build:
    name: Build
    runs-on: [linux, x64]
    timeout-minutes: 30
    env: {X: '1'}
    outputs:
      digest: \${{ steps.image.outputs.digest }}
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0}
      - id: image
        name: Image
        run: |
          make image
        shell: bash
        working-directory: sub
        env: {TOKEN: '\${{ secrets.TOKEN }}', N: 3}
        timeout-minutes: 2.5
        continue-on-error: true
        if: always() && github.ref == 'refs/heads/main'
  test:
    needs: [build]
    if: success() && needs.build.outputs.digest != ''
    strategy:
      fail-fast: false
      max-parallel: 2
      matrix:
        os: [linux, mac]
        v: [1, 2.5, true]
        include: [{os: linux, v: 3, extra: x}]
        exclude: [{os: mac, v: 1}]
    runs-on: \${{ matrix.os }}
    continue-on-error: \${{ matrix.extra == 'x' }}
    environment: {name: production, url: 'https://example.com'}
    concurrency: one
    permissions: read-all
    defaults:
      run: {shell: sh}
    steps:
      - run: make test
        if: \${{ !cancelled() }}
`,
  `on:
  workflow_call:
    inputs:
      name: {type: string, required: true}
      flag: {type: boolean, default: true, description: a flag}
      n: {type: number}
    secrets:
      KEY: {required: true, description: a key}
      OTHER:
    outputs:
      out: {value: '\${{ jobs.a.outputs.x }}', description: what comes out}
  workflow_run:
    workflows: [other]
    types: [completed]
    branches: [main]
  repository_dispatch:
    types: [go]
jobs:
  a:
    runs-on: linux
    outputs: {x: '\${{ steps.s.outputs.x }}'}
    steps:
      - id: s
        run: echo x=1 >> "$GITHUB_OUTPUT"
        env: {NAME: '\${{ inputs.name }}'}
  b:
    needs: a
    uses: ./.fettle/workflows/other.yml
    with: {p: '\${{ needs.a.outputs.x }}', q: 3, r: true}
    secrets: {KEY: '\${{ secrets.KEY }}'}
  c:
    needs: [a, b]
    if: \${{ failure() }}
    uses: ./.fettle/workflows/other.yml
    secrets: inherit
    permissions: {contents: read}
    strategy: {matrix: {n: [1, 2]}}
    concurrency: {group: c, cancel-in-progress: false}
`,
  `on: [push, pull_request, workflow_dispatch]
jobs:
  a:
    runs-on: \${{ fromJSON('["linux"]') }}
    strategy: {matrix: '\${{ fromJSON(vars.M) }}'}
    environment: prod
    permissions: {}
    steps:
      - uses: actions/cache@v4
        with: {path: node_modules, key: 'k-\${{ hashFiles(''package-lock.json'') }}'}
      - uses: actions/upload-artifact@v4
        with: {name: x, path: out}
        if: '!failure()'
  b:
    needs: a
    runs-on: linux
    if: github.event_name == 'push' || contains(github.ref, 'x')
    steps:
      - run: "true"
        env: {R: '\${{ toJSON(needs) }}', S: '\${{ job.status }}', T: '\${{ runner.os }}'}
`,
  `on:
  issues: {types: [opened, labeled]}
  issue_comment: {types: created}
  release:
  create:
  delete:
  merge_group: {types: [checks_requested]}
  pull_request_review: {types: [submitted]}
  check_run:
  check_suite:
  status:
jobs:
  only:
    runs-on: linux
    steps:
      - run: make
`
]

// Scalars as a file can write them.
const odd = ['', '~', 'null', 'Null', 'NULL', 'nULL', 'true', 'True', 'TRUE', 'tRue', 'false', 'False', 'yes', 'no', 'on', 'off', 'y', 'n', '0', '1',
  '-1', '+1', '-0', '007', '010', '0o14', '0x1F', '0X1F', '0b11', '1e3', '1E3', '1.5', '.5', '1.', '-.5', '+.5', '1_000', '.inf', '-.inf', '+.inf', '.Inf',
  '.NaN', '.nan', 'inf', '1:30', '2001-01-01', '"1"', "'true'", '"null"', "''", '""', '" "', '"a\\tb"', '"\\u00fc"', "'it''s'", '[]', '{}', '[1]', '[a, b]', '[[a]]',
  '{a: 1}', '{a: {b: 1}}', '[{a: 1}]', '[null]', '[~, a]', '[""]', 'a b', 'a#b', 'a # b', '"a # b"', 'a: b', '"a: b"', '- a', '@a', '`a`', '%a', '!a', '!!str 1', '!!int "1"', '&x a',
  '*nobody', '|\n  text', '>\n  folded\n  text', '|-\n  kept', '|+\n  kept\n\n', '>-\n  1', '|\n', 'read', 'write', 'none', 'read-all', 'write-all', 'inherit', 'bash', 'sh', 'linux',
  'a', 'b', 'build', 'string', 'number', 'boolean', 'choice', '99999', '0.001', '360', '361', '9007199254740993', '1e999', '"${{ 1 }}"', '${{ true }}', '${{ github.ref }}',
  'x${{ github.ref }}y', '${{ github.ref }}${{ github.sha }}', '${{', '${{ }}', '}}', '${{ github }}', '${{ nobody.x }}', '${{ nope() }}', '${{ secrets.A }}', '${{ env.A }}', '${{ vars.A }}',
  '${{ matrix.os }}', '${{ needs.build.result }}', '${{ steps.image.outputs.x }}', '${{ runner.os }}', '${{ job.status }}', '${{ inputs.name }}', '${{ strategy.job-index }}',
  '${{ success() }}', '${{ always() }}', "${{ hashFiles('x') }}", '${{ fromJSON(vars.A) }}', "${{ 'a' }}", "${{ 'a}}b' }}", '${{ insert }}', '${{ 1 + 1 }}', 'success()', 'always() && failure()',
  'github.ref', '!cancelled()', 'nobody', "'a' == 'b'", '1', 'false', "hashFiles('x')", 'secrets.A', 'env.A', 'matrix.os', 'success(1)', '*/5 * * * *', '"* * * * *"', "'0 0 31 2 *'", "'@daily'", "'60 * * * *'"]
const words = ['name', 'run-name', 'on', 'permissions', 'env', 'defaults', 'concurrency', 'jobs', 'run', 'uses', 'with', 'id', 'if', 'steps', 'runs-on', 'needs', 'strategy', 'matrix', 'outputs', 'secrets',
  'inputs', 'types', 'branches', 'branches-ignore', 'tags', 'tags-ignore', 'paths', 'paths-ignore', 'cron', 'timezone', 'timeout-minutes', 'continue-on-error', 'environment', 'shell', 'working-directory',
  'group', 'cancel-in-progress', 'queue', 'include', 'exclude', 'fail-fast', 'max-parallel', 'push', 'pull_request', 'schedule', 'workflow_dispatch', 'workflow_call', 'workflow_run', 'workflows', 'release',
  'description', 'required', 'default', 'type', 'options', 'value', 'url', 'contents', 'issues', 'actions', 'id-token', 'statuses', 'checks', 'pull-requests', 'Name', 'ON', 'Jobs', 'true', '1', '1a', 'a b', 'a-b', '_a', '-a', 'a.b',
  'ü', '', 'null', '__x', 'x'.repeat(101), 'x'.repeat(100), 'GITHUB_X', 'PATH', 'a', 'b', 'build', 'version', 'description2']

const clone = v => JSON.parse(JSON.stringify(v))
const isMap = v => v !== null && typeof v === 'object' && !Array.isArray(v)

// Every value with what holds it.
function places(root) {
  const found = []
  const walk = holder => {
    for (const key of Object.keys(holder)) {
      found.push({ holder, key })
      if (holder[key] !== null && typeof holder[key] === 'object') walk(holder[key])
    }
  }
  walk(root)
  return found
}

const rename = (holder, from, to) => {
  const entries = Object.entries(holder).map(([k, v]) => [k === from ? to : k, v])
  for (const k of Object.keys(holder)) delete holder[k]
  for (const [k, v] of entries) holder[k] = v
}

// A file in which one or two things are otherwise; `raw` is what stands as it is in the place of a mark.
export function change(r, base) {
  const root = clone(base), raw = []
  const mark = text => `RAW${raw.push(text) - 1}MARK`
  const twice = []
  for (let n = r.chance(0.8) ? 1 : 2; n > 0; n--) {
    const all = places(root)
    if (!all.length) break
    const { holder, key } = r.of(all), value = holder[key]
    switch (r.below(9)) {
      case 0: Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]; break
      case 1: case 2: case 3: holder[key] = mark(r.of(odd)); break
      case 4: if (isMap(holder)) rename(holder, key, r.chance(0.7) ? r.of(words) : r.of([key + 's', key.slice(1), key.toUpperCase(), key.replace('-', '_')])); break
      case 5: holder[key] = r.of([[value], [value, value], { [r.of(words)]: value }, Array.isArray(value) ? value[0] ?? null : [value]]); break
      case 6: {
        const to = r.of(all)
        if (isMap(to.holder)) to.holder[r.chance(0.5) ? to.key : r.of(words)] = clone(value ?? null)
        else to.holder.push(clone(value ?? null))
        break
      }
      case 7: if (isMap(holder)) holder[r.of(words)] = r.chance(0.5) ? mark(r.of(odd)) : clone(r.of(all).holder); break
      default: if (isMap(holder)) twice.push(key)
    }
  }
  let text = stringify(root, { lineWidth: 0, aliasDuplicateObjects: false })
  const key = twice[0]
  if (key) text = text.replace(new RegExp(`^( *(?:- )?)${key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}:.*$`, 'm'),
    (line, indent) => `${line}\n${indent.replace('- ', '  ')}${r.chance(0.5) ? key : key.toUpperCase()}: again`)
  return text.replace(/^( *)(.*?)RAW(\d+)MARK(.*)$/gm, (_, indent, before, i, after) =>
    indent + before + raw[Number(i)].replace(/\n(?=.)/g, '\n' + indent + '      ') + after)
    .replace(/RAW(\d+)MARK/g, (_, i) => JSON.stringify(raw[Number(i)]))
}
