// SPDX-License-Identifier: Apache-2.0
// Why something waits, as it is shown beside the time until when. Pure: tested by tests/web.

// "waits for a slot: 3 of 3 are busy; expected about 2026-…Z" without the time: that has a column of its own.
export function reasonOf(why) {
  return String(why ?? '').replace(/[;,]? ?(?:expected|until) about \d{4}-\d\d-\d\dT[\d:.]+Z$/, '').replace(/^waits for /, '');
}

// When the oldest became ready; null = none says.
export function oldest(jobs) {
  return jobs.map((j) => j.ready_at).filter(Boolean).sort()[0] ?? null;
}
