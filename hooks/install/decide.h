/* SPDX-License-Identifier: Apache-2.0 */
/* What has to be done to a folder of hooks, for one hook: pure decisions over what stands there. Other tools move a
 * hook aside when they come: pre-commit to .legacy, which it runs; lefthook to .old, which nobody runs. Taking ours out
 * leaves what would be there without us. */
#pragma once
#include "hooks/install/script.h"

enum slot { SLOT_HOOK, SLOT_LEGACY, SLOT_OLD, SLOT_KEPT, N_SLOTS };
extern const char *const slot_suffix[N_SLOTS]; /* behind the hook's name: "", ".legacy", ".old", KEPT_SUFFIX */

enum slot_holds {
    SLOT_EMPTY,
    SLOT_OURS,    /* as we wrote it, and as it would be written now */
    SLOT_AGED,    /* as we wrote it, with another version or other options */
    SLOT_EDITED,  /* ours once */
    SLOT_FOREIGN, /* somebody else's */
    SLOT_STRANGE  /* no file */
};
enum hook_tool { TOOL_UNKNOWN, TOOL_PRE_COMMIT, TOOL_LEFTHOOK, TOOL_GIT_LFS };
const char *hook_tool_name(enum hook_tool t); /* "pre-commit"; "" for TOOL_UNKNOWN */
/* Who wrote a hook, by its text. */
enum hook_tool hook_tool_of(struct sv text);
/* Does it find out by which name it was called? Such a hook does not know itself under another name. */
bool hook_asks_its_name(struct sv text);

struct slot_fact {
    enum slot_holds holds;
    enum hook_tool tool; /* SLOT_FOREIGN */
    bool asks_name;      /* SLOT_FOREIGN */
    bool chains;         /* ours: what is kept belongs to it */
};

enum hook_state {
    HOOK_NONE,
    HOOK_INSTALLED,
    HOOK_THROUGH, /* moved aside by pre-commit, which runs it */
    HOOK_AGED,    /* runs, but is older or has other options */
    HOOK_EDITED,
    HOOK_LOST /* another tool took its place, and nobody runs it */
};
const char *hook_state_name(enum hook_state s); /* "installed" */
enum hook_state decide_state(const struct slot_fact at[N_SLOTS]);

enum step_kind {
    STEP_DROP, /* the file in `slot` */
    STEP_MOVE, /* from `slot` to `to`, in place of what is there */
    STEP_KEEP, /* what is in `slot` gets the name of `to` as well, which is free */
    STEP_WRITE /* our script into `slot`, in place of what is there, at once */
};
struct step {
    enum step_kind kind;
    enum slot slot, to;
    enum script_form form; /* STEP_WRITE */
};
struct decision {
    struct step steps[8];
    size_t n;                /* 0: nothing has to be done */
    bool kept_is_pre_commit; /* for the script that is written */
};
enum refusal {
    REFUSE_NOTHING,
    REFUSE_EDITED,  /* our script was edited since */
    REFUSE_STRANGE, /* what stands there is no file */
    REFUSE_NAME,    /* what stands there asks for its own name */
    REFUSE_KEPT     /* something is kept that no script of ours belongs to, and the place is taken */
};
MUST_USE enum refusal decide_install(const struct slot_fact at[N_SLOTS], struct decision *ret);
MUST_USE enum refusal decide_uninstall(const struct slot_fact at[N_SLOTS], struct decision *ret);
