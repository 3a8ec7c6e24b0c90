// SPDX-License-Identifier: Apache-2.0
// What recoveries and flaky tests say. Pure, no DOM: tested by tests/web.
const CALM = 20; // successes in a row

// One line: what was done, and what is known of how it went.
export function storyOf({ strategy, detail, tests }) {
  const names = Array.isArray(tests) ? tests.filter((t) => typeof t === 'string') : [];
  const about = names.length ? ` of ${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''}` : '';
  return `${strategy.replaceAll('_', ' ')}${about}${detail ? `: ${detail}` : ''}`;
}

// Whether it has been quiet for long.
export function leaning({ flips, greens }) {
  if (greens >= CALM) return { of: 'success', text: `calm, ${greens} green` };
  return flips > 1 ? { of: 'failure', text: 'flips' } : { of: 'warning', text: 'flipped once' };
}
