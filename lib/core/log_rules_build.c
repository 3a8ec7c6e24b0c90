/* SPDX-License-Identifier: Apache-2.0 */
/* Compilers, linkers, build tools, static checks. */
#include "core/log_rule_table.h"

static const char compile_hint[] = "the code does not compile";

static const struct log_rule rules[] = {
    {"compiler", FAILURE_BUILD, 86,
     ":\\d+:(\\d+:)? (fatal )?error: |\\(\\d+,\\d+\\): error |\\.java:\\[\\d+,\\d+\\]|"
     "\\.kt:\\d+:\\d+:? .{0,4}(unresolved|error|type)|e: .{0,200}\\.kt:|\\[error\\] .{1,200}\\.scala:\\d+",
     compile_hint},
    {"linker", FAILURE_BUILD, 89,
     "undefined reference to|ld returned \\d+ exit|ld\\.lld: error|collect2: error|multiple definition of|"
     "cannot find -l\\w|ld: library not found|ld: symbol\\(s\\) not found|duplicate symbol|"
     "unresolved external symbol|undefined symbols for architecture|linking with `\\w+` failed|LNK\\d{4}",
     "the parts do not link"},
    {"rustc", FAILURE_BUILD, 90,
     "error\\[E\\d{4}\\]|could not compile `|aborting due to \\d* ?previous error|failed to run custom build command|"
     "error: this (function|file|import|expression|let)",
     compile_hint},
    {"go-build", FAILURE_BUILD, 80,
     "^\\S+\\.go:\\d+:\\d+: |declared and not used|imported and not used|undefined: \\w|too many errors$|"
     "import cycle not allowed",
     compile_hint},
    {"go-build-failed", FAILURE_BUILD, 92, "\\[build failed\\]|\\[setup failed\\]", compile_hint},
    {"javac", FAILURE_BUILD, 89,
     "^\\[error\\] compilation (error|failure)|cannot find symbol|compile(\\w+)?(java|kotlin|scala|"
     "groovy)\\b.{0,10}failed|error: package .{1,120} does not exist|error: incompatible types|compileErrors|"
     "error: unresolved reference",
     compile_hint},
    {"typescript", FAILURE_BUILD, 90, "error TS\\d+", compile_hint},
    {"bundler", FAILURE_BUILD, 82,
     "module not found: error|failed to compile|module build failed|build failed with \\d+ error|error during build|"
     "RollupError|could not resolve entry module|error in \\./\\S+|\\[vite\\].{0,20}error|Failed to resolve import|"
     "webpack .{0,40}compiled with \\d+ error|Parse error: |Transform failed with",
     "the bundle cannot be made"},
    {"dotnet-build", FAILURE_BUILD, 90, "error (CS|MSB|FS|BC|NETSDK|CA|IDE|RZ)\\d{4}", compile_hint},
    {"xcode", FAILURE_BUILD, 88,
     "\\*\\* (build|archive|clean) failed \\*\\*|the following build commands failed|swift(c)?: error|"
     "error: no such module '|xcodebuild: error|code ?sign(ing)? .{0,60}(error|failed|required)",
     compile_hint},
    {"internal-compiler-error", FAILURE_BUILD, 84,
     "internal compiler error|the compiler unexpectedly panicked|PLEASE submit a bug report|"
     "clang.{0,20}error: unable to execute command|frontend command failed",
     "the compiler itself failed: its version, or the memory of the machine"},
    {"configure", FAILURE_BUILD, 80,
     "CMake error|configure: error|could not find a package configuration file|no package '.{1,80}' found|"
     "was not found in the pkg-config|meson\\.build:\\d+:\\d+: error|dependency .{1,80} not found, tried|"
     "bazel.{0,40}no such (package|target)|no such (package|target) '|fatal: cannot find .{1,80}headers",
     "something the build needs is not on the machine"},
    {"make-rule", FAILURE_BUILD, 84, "no rule to make target|no targets specified|missing separator|Unknown target",
     "the makefile does not know how to make it"},
    {"python-build", FAILURE_BUILD, 76,
     "SyntaxError: |IndentationError|subprocess-exited-with-error|failed building wheel|metadata-generation-failed|"
     "failed to build installable wheels|error: command '.{1,120}' failed|could not build wheels|"
     "legacy-install-failure|Preparing metadata .{0,60}error|native extension",
     "a package is to be built here and cannot be"},
    {"lint", FAILURE_BUILD, 80,
     "would reformat|files? would be reformatted|\\d+ problems? \\(\\d+ errors?|found \\d+ errors? in \\d+ file|"
     "^found \\d+ errors?\\.?$|code style issues|format violations|checkstyle .{0,60}violation|"
     "you have \\d+ checkstyle|forgot to run prettier|(pmd|spotbugs|ktlint|detekt|rubocop|flake8|pylint|clippy|"
     "golangci-lint|shellcheck|clang-tidy|cppcheck).{0,60}(fail|violation|found|error)|offenses? detected|"
     "is not formatted|not properly formatted|diff in .{1,200} at line|lint(ing)? (failed|errors?)|gofmt -|"
     "spotlessCheck|warnings? treated as errors|Your code has been rated",
     "a static check has found something"},
    {"nuget", FAILURE_CONFIG, 84,
     "NU1[0126]\\d\\d: ", "the packages named and what the feeds have do not fit together"},
    {"docker-build", FAILURE_BUILD, 56,
     "failed to solve: process|did not complete successfully: exit code|returned a non-zero code: \\d+|"
     "error building image",
     "a command in the image's recipe failed: its own words are above"},
    {"compilation-words", FAILURE_BUILD, 68,
     "compilation error|compilation failure|compilation failed|fail\\w* to compile|could not compile", compile_hint},
    {"dependency-code", FAILURE_BUILD, 58,
     "BuildException|Execution default of goal|failed to execute goal \\S+(compiler|assembly|shade|jar|war|source|"
     "javadoc|plugin)|javadoc: error|unresolved (import|reference|symbol)|annotation process",
     "the build tool says more above"},
    {"make-stopped", FAILURE_BUILD, 46,
     "make(\\[\\d+\\])?: \\*\\*\\*|ninja: build stopped|gmake.{0,6}: \\*\\*\\*|Execution failed for task ':|"
     "build failure|build failed|FAILURE: build|error: build|failed to execute goal",
     "the build stopped: what it complained about is above"},
};
const struct log_rule_part rules_build = {rules, ARRAY_LEN(rules)};
