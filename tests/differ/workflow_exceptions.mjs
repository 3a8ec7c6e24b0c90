// SPDX-License-Identifier: Apache-2.0
// Where our reader of workflow files and GitHub's package differ on purpose: what the first error says (and what stands in the
// file), and why.

// GitHub's package refuses, we accept.
export const weAccept = [
  { when: /Unexpected value ''/, in: /^ +inputs:/m, why: 'GitHub does accept inputs of workflow_dispatch that are empty: its readers\' common cases say so' },
  { when: /Unexpected value '/, in: /repository_dispatch:\n +types: +[^\n[]/, why: 'types of repository_dispatch may be one word, as those of every other event' },
  { when: /Unexpected value '(branches|branches-ignore|paths|paths-ignore)'/, in: /pull_request_review:/, why: 'a review has the filters of its pull request' },
  { when: /A mapping was not expected/, in: /^ +(create|delete|status|fork|gollum|public|page_build|deployment|deployment_status):\s*(\{|\n +\S+:)/m, why: 'an event without filters may have an empty mapping' },
  { when: /A sequence was not expected/, in: /^ +with:/m, why: 'an input of an action may be a list: its entries are joined with newlines' },
  { when: /Unexpected value|Unrecognized named-value|Unexpected symbol|Unexpected type/, in: /\$\{\{ '/, why: 'an expression that is a string alone is an expression here; GitHub puts its text in its place' },
  { when: /Unrecognized (function|named-value)/, in: /shell: .*\$\{\{/, why: 'a shell may be an expression' },
  { when: /Comments must be separated/, in: /\]#/, why: 'the package\'s reader of YAML; GitHub\'s common cases accept it' },
  { when: /Unrecognized named-value: '(event|repo|run)'/, why: 'contexts that we added' },
  { when: /Unexpected value '(repos|labels|authors|commands|permission|system|pipeline|job|repository|repositories|coordination|report|estimate|repo|all)'/, why: 'words that we added' }
]

// We refuse, GitHub's package accepts.
export const weRefuse = [
  { when: /unsupported-(key|value|action|event):/, why: 'what is not done here is refused with what to do instead' },
  { when: /expression-in-script:/, why: 'a value from outside would run as a command' },
  { when: /unknown-(workflow|action|input|step|output|name|job|repository|context|timezone):/, why: 'a name that is nowhere would be null when it runs' },
  { when: /(missing|bad)-input:/, why: 'the inputs of the actions that are built in are known' },
  { when: /unknown-key: (the matrix has no key|")/, why: 'an unknown key is an error; GitHub passes over those of some events' },
  { when: /missing-key: (the job "|"defaults" needs|"workflow_run" needs|"schedule" needs|"environment" needs|"concurrency" needs|a step needs)/, why: 'without that there is nothing to do' },
  { when: /bad-value: .*(is an empty list|names no event|has no key| is empty$|is an empty text)/, why: 'a list or text that is empty would mean nothing' },
  { when: /bad-value: .*(must be one line|is longer than|entries)/, why: 'names are one line, and not longer than people read' },
  { when: /bad-type: .*must be a text, and is empty/, why: 'a key with nothing behind it is a mistake, where GitHub takes it for an empty text' },
  { when: /bad-type: .*must be a mapping, and is a plain value/, in: /\$\{\{/, why: 'a whole mapping cannot be one expression: it must be known before anything runs' },
  { when: /expression-not-allowed:/, why: 'the same for env, keys and names' },
  { when: /duplicate: .* stands twice in/, why: 'the same word twice is a mistake' },
  { when: /duplicate: the id .* is taken/, why: 'ids of steps differ in more than case, as contexts do' },
  { when: /unreachable:|bad-pattern:/, why: 'a filter that matches nothing, or is none; GitHub looks at patterns later' },
  { when: /conflicting-keys:/, why: 'documented: both forms of one filter cannot stand together' },
  { when: /syntax: (tags are not supported|a text must not contain NUL|alias of an unknown anchor|merge keys)/, why: 'YAML that nobody means' },
  { when: /bad-name:/, why: 'variables, outputs, inputs, secrets and keys of a matrix have names that a shell and a path of names can take' },
  { when: /bad-condition:/, why: 'a condition with text around its expression is always true' },
  { when: /bad-schedule: (no month|".*" does not belong|a schedule has five)/, why: 'a day that never comes, and numbers only JavaScript reads' },
  { when: /bad-path:/, why: 'steps stay below their workspace' },
  { when: /bad-value: .*must be (bash, sh|a number|true or false|one of the options|between|a text)/, why: 'shells, defaults and limits are checked when the file is read' },
  { when: /bad-value: (".*" of a job must be|what stands behind @|the file of a called|a workflow of the same|".*" needs a branch)/, why: 'called workflows stand in .fettle/workflows' },
  { when: /expression: (Too many parameters|Unexpected symbol: '([-+]?\.|0b|0X))/, why: 'success() takes no names of jobs; .NaN and 0b11 are numbers in YAML or JavaScript alone' },
  { when: /not-callable:|cycle:/, why: 'a workflow that calls itself' },
  { when: /too-large:/, why: 'limits of our own' }
]
