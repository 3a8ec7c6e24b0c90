/* SPDX-License-Identifier: Apache-2.0 */
/* Why it ended, from outside. */
#include "core/log_rule_table.h"

static const struct log_rule rules[] = {
    {"runner-lost", FAILURE_LOST, 90,
     "lost communication with the server|runner has received a shutdown signal|runner .{0,40}(was lost|is lost|"
     "went offline|lost connection|disconnected)|machine .{0,40}(preempted|is being shut ?down|will be terminated)|"
     "spot instance .{0,40}(interrupt|terminat|reclaim)|system is going down|node .{0,60}(was terminated|"
     "is not ready|preempt)|hosted runner .{0,40}lost|agent (was )?(lost|stopped responding|disconnected)",
     "the machine went away"},
    {"job-time-over", FAILURE_TIMEOUT, 92,
     "exceeded the maximum execution time|execution took longer than|job .{0,40}timed out|panic: test timed out|"
     "build timed out|step .{0,40}timed out|no output (has been )?received|command .{0,80}timed out after|"
     "timed out after \\d+ ?(s|m|min|h|sec|minute|hour)|timeout: sending signal|exceeded .{0,40}(time limit|"
     "maximum time|deadline)|maximum execution time of",
     "it took longer than it may: a hang, or a limit that is too short"},
    {"wait-timed-out", FAILURE_TIMEOUT, 60,
     "TimeoutError|timed out waiting for|waiting for .{1,120} (timed out|failed: timeout)|timeout waiting for|"
     "DEADLINE_EXCEEDED|deadline exceeded|TimeoutException|timeout \\d+ms exceeded|did not (become|get) (ready|"
     "healthy|available)|condition .{0,60}timed out",
     "what was waited for did not come in time"},
    {"cancelled", FAILURE_CANCELLED, 80,
     "the operation was cancel+ed|received (SIGINT|SIGTERM)|KeyboardInterrupt|build (was )?(cancel+ed|aborted)|(job|"
     "run|workflow) (was |has been )?cancel+ed|interrupted by signal 2",
     "somebody, or something, has stopped it"},
};
const struct log_rule_part rules_end = {rules, ARRAY_LEN(rules)};
