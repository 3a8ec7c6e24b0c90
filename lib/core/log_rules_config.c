/* SPDX-License-Identifier: Apache-2.0 */
/* The step asks for something that is not there, or is written wrongly. */
#include "core/log_rule_table.h"

static const struct log_rule rules[] = {
    {"command-missing", FAILURE_CONFIG, 88,
     "command not found|executable file not found|is not recognized as an internal|"
     "^(/\\S+: )?(line )?\\d+: .{1,80}: not found$|/usr/bin/env: .{1,80}: no such file|unable to find executable|"
     "no such command|is not a recognized (cmdlet|command)|The term '.{1,80}' is not recognized|spawn \\S+ ENOENT|"
     "/bin/sh: .{1,60}: not found|CommandNotFoundException",
     "install it on the machine, or look at PATH"},
    {"shell-syntax", FAILURE_CONFIG, 86,
     "syntax error near unexpected token|syntax error: unexpected|unexpected EOF while looking for matching|"
     "unterminated quoted string|bad substitution|unbound variable|parameter not set|bad interpreter",
     "the script of the step is wrong"},
    {"option-unknown", FAILURE_CONFIG, 74,
     "(unknown|unrecognized|unrecognised|invalid|illegal|unexpected) (option|flag|argument|switch|parameter|"
     "subcommand|command)|no such (option|command|flag)|(missing|requires|required) (an? )?(option|flag|argument|"
     "positional)|error: the following arguments are required|no URL specified",
     "how the tool is called does not fit its version"},
    {"setting-missing", FAILURE_CONFIG, 80,
     "(environment variable|env var|variable|secret|input|setting|property)\\b.{0,60}\\b(is |was |are |"
     "has )?(not (been )?(set|defined|provided|supplied|configured)|missing|undefined|required|empty)|"
     "missing (required )?(environment variable|env|variable|secret|input|setting|parameter|property)|"
     "input required and not supplied|KeyError: '[A-Z][A-Z0-9_]+'|JAVA_HOME is (not set|not defined)|"
     "JAVA_HOME environment variable is not|(ANDROID_HOME|ANDROID_SDK_ROOT|GOPATH|NODE_AUTH_TOKEN).{0,60}(not set|"
     "not defined|not found)|SDK location not found",
     "set it in the workflow or in the server's configuration"},
    {"config-file", FAILURE_CONFIG, 80,
     "(invalid|malformed|bad|broken|incorrect) (configuration|config|workflow|yaml|toml|manifest|dockerfile|compose)|"
     "(error|failed|could not|unable|cannot|problem)\\b.{0,30}\\b(parse|parsing|load|loading|read|reading|"
     "decode)\\b.{0,40}\\b(config|configuration|yaml|toml|manifest|pyproject|package\\.json|pom)|(yaml|toml|json|hcl|"
     "ini) ?(syntax|parse|parser|parsing|decode|decoding):? ?error|error:? (parsing|in) (yaml|toml|json|config)|"
     "mapping values are not allowed|did not find expected (key|node|'-' indicator)|yaml: line \\d+|EJSONPARSE|"
     "non-parseable pom|malformed pom|dockerfile parse error|TOMLDecodeError|configuration (error|is invalid|"
     "not found)|unsupported attribute|unsupported block type|error: invalid (config|workflow|manifest)|"
     "cannot find (the )?(configuration|config) file|no (configuration|config) file",
     "a file that configures the tool is wrong"},
    {"npm-config", FAILURE_CONFIG, 87,
     "npm (err!|error) code (E404|ETARGET|ERESOLVE|EBADENGINE|EUSAGE|ENOENT|ELOCKVERIFY|EBADPLATFORM|EOVERRIDE|"
     "ENOLOCK|EMISSINGSCRIPT)|npm (err!|error) missing script|missing script: |npm ci can only install|"
     "lockfile .{0,60}(out of date|not up to date|needs to be updated|frozen|outdated)|frozen-lockfile|"
     "ERR_PNPM_(OUTDATED_LOCKFILE|NO_MATCHING|FETCH_404|NO_IMPORTER_MANIFEST|UNSUPPORTED_ENGINE|PEER_DEP)|"
     "Couldn't find package|couldn't find any versions|the engine \\\"\\w+\\\" is incompatible|unsupported engine|"
     "YN0028|Could not find a package\\.json",
     "package.json, its lock file and the registry do not fit together"},
    {"pip-config", FAILURE_CONFIG, 80,
     "no matching distribution found|could not find a version that satisfies|ResolutionImpossible|"
     "conflicting dependencies|do not match the hashes|requires a different python|could not open requirements file|"
     "externally-managed-environment|requires-python|neither 'setup\\.py' nor 'pyproject\\.toml'|"
     "because .{1,80} depends on .{1,80}version solving failed|version solving failed|"
     "poetry\\.lock.{0,80}(not up to date|out of date|changed significantly)",
     "requirements and what the index has do not fit together"},
    {"maven-config", FAILURE_CONFIG, 72,
     "could not find artifact \\S+|could not find [\\w.-]+:[\\w.-]+:[\\w.+-]+\\.?$|"
     "was not found in https?://\\S+ during a previous attempt|unknown lifecycle phase|no plugin found for prefix|"
     "Plugin .{0,100} was not found in any of the following sources|task '.{1,80}' not found in (root )?project|"
     "could not determine java version|dependencies\\.dependency\\.version.{0,80}is missing|"
     "project '.{1,80}' not found in root",
     "the coordinates of a dependency, or the repositories it is looked for in, are wrong"},
    {"java-version", FAILURE_CONFIG, 86,
     "unsupported class file major version|UnsupportedClassVersionError|invalid (target|source) release|"
     "release version \\d+ not supported|requires (at least )?(jvm|jdk|java) ?(version )?\\d|(node|python|go|ruby|"
     "rustc|java|jdk|gradle|maven|cmake)( version)? ?(>=|<=|>|\\^|~)? ?v?\\d[\\d.]* (or (higher|newer|later|above|"
     "greater) )?is required|requires rustc|requires go ?>= ?|requires (node|ruby|python) version|"
     "your ruby version is|cmake \\d[\\d.]* or higher is required|GLIBC_\\d.{0,20}not found|wrong ELF class|"
     "exec format error|(toolchain|sdk).{0,60}(not installed|not found|is not available)|"
     "No matching toolchains found|error while loading shared libraries|cannot open shared object file",
     "the machine has another version of the tool than the project needs"},
    {"cargo-config", FAILURE_CONFIG, 87,
     "failed to select a version|no matching package named|lock file .{1,200} needs to be updated|"
     "could not find `Cargo\\.toml`|failed to parse manifest|no such (sub)?command: `|does not (contain|have) (this|"
     "these|the) features?|package ID specification .{1,100} did not match|toolchain '.{1,60}' is not installed",
     "Cargo.toml, its lock file and the toolchain do not fit together"},
    {"go-config", FAILURE_CONFIG, 88,
     "missing go\\.sum entry|updates to go\\.(mod|sum) needed|unknown revision|no required module provides package|"
     "cannot find module providing|go\\.mod file not found|cannot find package \\\"|inconsistent vendoring|"
     "go: go\\.mod requires go|verifying module: checksum mismatch|is not in (GOROOT|std)|invalid go version|"
     "module .{1,120} found .{1,60}but does not contain package|pattern \\./\\.\\.\\.: ",
     "go.mod and what is imported do not fit together: go mod tidy"},
    {"image-missing", FAILURE_CONFIG, 86,
     "manifest unknown|manifest for .{1,200} not found|no such image|invalid reference format|"
     "no matching manifest for|repository does not exist or may require|failed to read dockerfile|"
     "unable to prepare context|no such service: |cannot connect to the docker daemon|is the docker daemon running|"
     "failed to (calculate checksum|compute cache key)",
     "the name of the image, or what the machine has for containers, is wrong"},
    {"apt-config", FAILURE_CONFIG, 89,
     "unable to locate package|has no installation candidate|couldn't find any package by|"
     "no package .{1,80} available|unable to find a match: |nothing provides |unmet dependencies|NO_PUBKEY|"
     "is not signed|does not have a release file|no available formula|unsatisfiable constraints|target not found: ",
     "the package does not exist in the sources of this machine"},
    {"git-config", FAILURE_CONFIG, 80,
     "pathspec '.{1,200}' did not match|not a git repository|couldn'?t find remote ref|unknown revision or path|"
     "fatal: ambiguous argument|remote branch .{1,120} not found|repository '?.{1,200}'? not found|"
     "repository not found|does not appear to be a git repository|fatal: bad (object|revision)|"
     "reference is not a tree|no submodule mapping found|dubious ownership|please tell me who you are|"
     "src refspec .{1,120} does not match|invalid refspec|no url found for submodule|nothing to commit",
     "the repository, branch or path does not exist, or git is not set up"},
    {"certificate", FAILURE_CONFIG, 91,
     "certificate has expired|certificate verify failed|unable to get local issuer certificate|"
     "self[- ]signed certificate|x509: certificate|PKIX path building failed|CERT_HAS_EXPIRED|"
     "UNABLE_TO_VERIFY_LEAF_SIGNATURE|certificate problem|certificate is not (yet valid|trusted)|"
     "certificate verification failed|certificate signed by unknown authority|"
     "no alternative certificate subject name|unable to find valid certification path",
     "a certificate is not trusted or has expired: the authorities this machine knows, or its clock"},
    {"http-404", FAILURE_CONFIG, 62,
     "returned error: 404|404 not found|HTTP(/\\d(\\.\\d)?)? ?404|status(:| code:?| code is|=)? ?404|error 404: |"
     "response code:? 404|404 client error|410 gone|422 unprocessable|HTTP 4(00|22)\\b|400 bad request",
     "what was asked for does not exist there: the URL or the version"},
    {"module-missing", FAILURE_CONFIG, 64,
     "ModuleNotFoundError|no module named|cannot find module '|ERR_MODULE_NOT_FOUND|cannot find package '|"
     "ImportError: cannot import|LoadError|could not load file or assembly|Could not find gem|ClassNotFoundException|"
     "NoClassDefFoundError|Can't locate \\S+\\.pm|package .{1,80} is not installed|"
     "could not find \\S+ in locally installed gems|there is no package called|library not loaded",
     "a module is not installed, or not in the lock file"},
    {"terraform", FAILURE_CONFIG, 70,
     "error: (unsupported|invalid|missing|reference to undeclared|duplicate|no valid) (argument|required|value|"
     "resource|provider|reference|configuration|attribute|expression|credential|index|function)|"
     "required plugins are not installed|failed to query available provider|Inconsistent dependency lock file|"
     "error validating data|no matches for kind",
     "the configuration is wrong"},
    {"file-missing", FAILURE_CONFIG, 48,
     "no such file or directory|ENOENT|FileNotFoundError|NoSuchFileException|FileNotFoundException|cannot (find|open|"
     "access) .{0,80}(file|director|path|'/|\\\"/)|cannot find the (file|path) specified|does not exist|"
     "cannot stat '|no files? (was |were )?found",
     "a file is missing: a step before did not make it, or its path is another"},
};
const struct log_rule_part rules_config = {rules, ARRAY_LEN(rules)};
