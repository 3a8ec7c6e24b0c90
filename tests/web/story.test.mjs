// SPDX-License-Identifier: Apache-2.0
// The story of a run, in sentences and in the order of time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEventful, storyOf, textOf } from '../../server/dash/web/lib/story.js';

const at = (s) => new Date(1e12 + s * 1000).toISOString();
const attempt = { id: 't1', no: 1, state: 'exited', exit_code: 1, signal: null, class: null, detail: null, created_at: at(1), ended_at: at(2) };
const runOf = (more, attempts = []) => ({ id: 'r', event: 'push', action: null, by: 'ann', rerun_of: null, state: 'done', conclusion: 'success', detail: null,
  created_at: at(0), started_at: at(0), ended_at: at(60), recoveries: [], approvals: [], effects: [],
  jobs: [{ id: 'j', key: 'test', name: 'test', steps: [{ id: 's', name: 'make test', attempts }] }], ...more });
const told = (run) => storyOf(run).map(textOf);

test('a run without trouble', () => {
  const story = storyOf(runOf({}));
  assert.deepEqual(story.map(textOf), ['Started by ann with push.', 'The run succeeded after 1 min 00 s.']);
  assert.equal(isEventful(story), false);
});

test('a failure, a further try, and its end', () => {
  const run = runOf({ recoveries: [{ id: 'x', job: 'j', strategy: 'retry', class: 'network', outcome: 'recovered', detail: 'try 2 of 3 in 2.0 s', tests: null, at: at(2), ended_at: at(6) }] },
    [{ ...attempt, class: 'network', detail: 'could not resolve host' }, { ...attempt, id: 't2', no: 2, exit_code: 0, created_at: at(4), ended_at: at(6) }]);
  assert.deepEqual(told(run), [
    'Started by ann with push.',
    'Step make test of test, attempt 1, failed with exit code 1 – the cause is the network: could not resolve host.',
    'It is tried again in test.',
    'A further try passed after 4.0 s in test: try 2 of 3 in 2.0 s.',
    'The run succeeded after 1 min 00 s.',
  ]);
  assert.equal(isEventful(storyOf(run)), true);
});

test('tests that failed, a fix that did not help, and one that was refused', () => {
  const recovery = (more) => ({ id: 'x', job: 'j', strategy: 'testfix', class: 'test', outcome: 'failed', detail: null, tests: ['a', 'b', 'c', 'd'], at: at(3), ended_at: at(4), ...more });
  assert.deepEqual(told(runOf({ conclusion: 'failure', recoveries: [recovery(), recovery({ strategy: 'manual', outcome: 'refused', detail: 'a breaker is open', tests: null, at: at(5) })] }))
    .slice(1, 4), ['What failed is run again or mended in test. Failed tests: a, b, c and 1 more.', 'The tests failed then too after 1.0 s in test.', 'No manual for test: a breaker is open.']);
});

test('a question and its answer are bound to a commit', () => {
  const approval = { id: 'p', job: 'j', kind: 'start', question: 'deploy to production?', by: ['ann', '@ops'], sha: 'a'.repeat(40), then: 'fail', state: 'approved', asked_at: at(1), deadline: at(99), answered_at: at(9), answered_by: 'bob' };
  assert.deepEqual(told(runOf({ approvals: [approval] })).slice(1, 3),
    ['test is to start: deploy to production? ann, @ops may answer.', 'Yes, said bob, for commit aaaaaaaaaa (test).']);
  assert.match(told(runOf({ approvals: [{ ...approval, state: 'asked', answered_at: null, answered_by: null }] }))[1], /Without an answer it is taken to fail\.$/);
});

test('what the forge did not take is told', () => {
  const effect = { id: 'e', kind: 'issue', forge: 'github', repository: 'acme/api', state: 'dead', created_at: at(1), settled_at: null, remote_url: null, last_error: '403' };
  assert.equal(told(runOf({ effects: [effect] }))[1], 'The forge did not take the issue for acme/api: 403.');
});

test('text from outside stays a part of its own', () => {
  const bad = '<script>alert(1)</script>';
  const story = storyOf(runOf({ by: bad, event: bad }));
  assert.ok(story.every((x) => x.parts.every((p) => typeof p !== 'string' || !p.includes('<'))));
});
