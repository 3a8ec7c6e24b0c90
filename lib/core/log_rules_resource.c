/* SPDX-License-Identifier: Apache-2.0 */
/* The machine has not enough of something. */
#include "core/log_rule_table.h"

static const struct log_rule rules[] = {
    {"disk-full", FAILURE_RESOURCE, 93,
     "no space left on device|ENOSPC|disk quota exceeded|EDQUOT|not enough (free )?(disk )?space|insufficient (free |"
     "available )?(disk|storage)( space)?|disk (is |was )?full|out of disk space|(run|ran|running) out of (disk|"
     "storage|space)|don'?t have enough free space|device (is )?full|(low|lack|shortage) (of|on) (free )?(disk|"
     "storage)|disk space\\b.{0,60}(exhaust|insufficient|full|low\\b|not enough|depleted|used up)|"
     "exhaust\\w*\\b.{0,40}\\bdisk space|errno 28\\b|file system full|insufficient space",
     "make room: old caches, images, workspaces, logs"},
    {"memory", FAILURE_RESOURCE, 92,
     "exit value 137|(unable|fail\\w*|could not|cannot) (to )?(allocate|reserve|commit|map)\\b.{0,60}\\b(memory|heap|"
     "bytes|space)|allocation failure|heap (overflow|exhausted|is full)|mmap failed|\\boom\\b.{0,30}(kill|error|exit|"
     "condition|event|issue)|\\boomkilled\\b|memory (overflow|exhaustion|shortage|pressure|starvation)|"
     "memory\\b.{0,40}\\b(insufficient|exhausted|not enough|ran out|depleted|overflow)|(lack|shortage|exhaustion|"
     "exceed\\w*|exhaust\\w*|excessive|too much|not enough|insufficient)\\b.{0,30}\\bmemory|memory (usage|use|"
     "consumption|footprint)\\b.{0,40}\\bexceed|gc thrashing|(code|status|exit):? 137|kill\\w*\\b.{0,60}\\bmemory|"
     "memory\\b.{0,60}\\bkill|out[- ]of[- ]memory|OutOfMemory|oom[-_ ]?kill|cannot allocate memory|"
     "could not allocate memory|ENOMEM|heap out of memory|java heap space|GC overhead limit|"
     "OutOfMemoryError: Metaspace|std::bad_alloc|\\bMemoryError\\b|virtual memory exhausted|memory exhausted|"
     "killed signal terminated program|out of space in CodeCache|insufficient (java |heap |available |"
     "system )?memory|not enough (heap |free |available )?memory|memory (limit|cgroup)\\b.{0,60}(exceed|reach|"
     "out of)|exceed\\w*\\b.{0,40}\\bmemory limit|native memory allocation .{0,40}failed|Reached heap limit|"
     "run(ning)? out of (heap |java )?(memory|heap)|insufficient.{0,20}\\bheap|heap memory .{0,40}(insufficient|"
     "exhaust|exceed|not enough)|gc: .{0,40}heap exhausted|exit code 137|exited with code 137|exitcode: 137|"
     "allocation failed - JavaScript heap",
     "less at once (-j, workers), a larger heap, or a machine with more memory"},
    {"jvm-commit", FAILURE_RESOURCE, 96, "commit_memory|error='not enough space'",
     "less at once (-j, workers), a smaller heap, or a machine with more memory"},
    {"gradle-daemon-gone", FAILURE_RESOURCE, 74,
     "build daemon disappeared|gradle daemon .{0,40}(stopped|expired|killed|crashed)|"
     "daemon .{0,60}stopped because.{0,60}(memory|heap)|The forked VM terminated without properly saying goodbye|"
     "expiring daemon because",
     "the process of the build tool was ended from outside, mostly for want of memory"},
    {"killed", FAILURE_RESOURCE, 66,
     "killed by the (system|kernel|os|operating|linux)|signal 9 \\(?(kill|sigkill)|process was killed|"
     "line \\d+: +\\d+ killed",
     "something outside ended it with KILL, mostly for want of memory"},
    {"killed-tool", FAILURE_RESOURCE, 91, "signal: killed|\\(signal: 9|terminated by SIGKILL|with signal SIGKILL",
     "something outside ended it with KILL, mostly for want of memory"},
    {"processes", FAILURE_RESOURCE, 82,
     "too many open files|EMFILE|ENFILE|fork: retry|cannot fork|fork: resource temporarily|"
     "unable to create (new )?native thread|pthread_create failed|can'?t start new thread|inotify (watch|"
     "instance)\\w*.{0,60}(limit|reached|exhaust)|limit for number of file watchers|resource temporarily unavailable|"
     "no more processes|too many (processes|threads)",
     "a limit of the machine or the user: files, processes, watches"},
    {"port-taken", FAILURE_RESOURCE, 72,
     "address already in use|EADDRINUSE|port \\d+ is already|port is already allocated|could not bind to (address|"
     "port)|failed to bind to (address|port)",
     "another process has this port: one from a run before, or a neighbour"},
    {"package-lock", FAILURE_RESOURCE, 80,
     "could not get lock /var/lib|unable to acquire the dpkg frontend lock|"
     "unable to lock (the administration )?(directory|database)|waiting for another flutter command|"
     "timeout waiting to lock|blocking waiting for file lock",
     "another process holds the lock of the package manager"},
    {"input-output", FAILURE_RESOURCE, 72,
     "input/output error|stale file handle|i/o error, dev|read-only file system|structure needs cleaning|"
     "disk I/O error",
     "look at the disk and how it is mounted"},
    {"gpu-memory", FAILURE_RESOURCE, 84, "CUDA out of memory|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation", NULL},
};
const struct log_rule_part rules_resource = {rules, ARRAY_LEN(rules)};
