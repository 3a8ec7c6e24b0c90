/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/import_actions.h"
#include "port/action.h"

#define SPARE_CACHE "leave it out, or use actions/cache: the host keeps what tools download where they keep it"
static const struct known_action rows[] = {
    {"actions/checkout", KNOWN_BUILTIN, NULL},
    {"actions/cache", KNOWN_BUILTIN, NULL},
    {"actions/upload-artifact", KNOWN_BUILTIN, NULL},
    {"actions/download-artifact", KNOWN_BUILTIN, NULL},
    {"actions/setup-node", KNOWN_HOST, "node and npm"},
    {"actions/setup-python", KNOWN_HOST, "python3 and pip"},
    {"actions/setup-go", KNOWN_HOST, "go"},
    {"actions/setup-java", KNOWN_HOST, "a JDK (java, javac; also mvn or gradle where the job calls them)"},
    {"actions/setup-dotnet", KNOWN_HOST, "dotnet"},
    {"actions/setup-", KNOWN_HOST, "the tool"},
    {"ruby/setup-ruby", KNOWN_NEEDED, "install ruby and bundler on the host; run: bundle install"},
    {"pnpm/action-setup", KNOWN_NEEDED, "install pnpm on the host (npm install -g pnpm)"},
    {"oven-sh/setup-bun", KNOWN_NEEDED, "install bun on the host"},
    {"denoland/setup-deno", KNOWN_NEEDED, "install deno on the host"},
    {"astral-sh/setup-uv", KNOWN_NEEDED, "install uv on the host"},
    {"hashicorp/setup-terraform", KNOWN_NEEDED, "install terraform on the host"},
    {"azure/setup-", KNOWN_NEEDED, "install the tool on the host"},
    {"shivammathur/setup-php", KNOWN_NEEDED, "install php and composer on the host"},
    {"erlef/setup-beam", KNOWN_NEEDED, "install erlang and elixir on the host"},
    {"gradle/", KNOWN_NEEDED, "install a JDK on the host; run: ./gradlew build"},
    {"dtolnay/rust-toolchain", KNOWN_NEEDED, "install rustup on the host; run: rustup toolchain install stable"},
    {"actions-rs/toolchain", KNOWN_NEEDED, "install rustup on the host; run: rustup toolchain install stable"},
    {"actions-rs/", KNOWN_NEEDED, "run: cargo with the command and arguments that stand under \"with\""},
    {"swatinem/rust-cache", KNOWN_SPARE, SPARE_CACHE},
    {"mozilla-actions/sccache-action", KNOWN_SPARE, SPARE_CACHE},
    {"docker/setup-qemu-action", KNOWN_NEEDED, "install qemu-user-static and docker on the host"},
    {"docker/setup-buildx-action", KNOWN_NEEDED, "install docker with buildx on the host"},
    {"docker/login-action", KNOWN_NEEDED, "run: echo \"$PASSWORD\" | docker login -u \"$USERNAME\" --password-stdin "
                                          "REGISTRY, with both under \"env\""},
    {"docker/metadata-action", KNOWN_NEEDED, "make the tags in a script: \"$GITHUB_REF_NAME\", \"$GITHUB_SHA\""},
    {"docker/build-push-action", KNOWN_NEEDED, "run: docker buildx build --push -t IMAGE ."},
    {"docker/bake-action", KNOWN_NEEDED, "run: docker buildx bake"},
    {"docker/", KNOWN_NEEDED, "run: docker"},
    {"codecov/codecov-action", KNOWN_SPARE, "run: codecov upload-process (the CLI on the host), with CODECOV_TOKEN "
                                            "under \"env\""},
    {"coverallsapp/", KNOWN_SPARE, "run: coveralls report (the CLI on the host)"},
    {"peaceiris/actions-gh-pages", KNOWN_NEEDED, "push the folder in a script: git worktree add, git commit, git push "
                                                 "origin gh-pages, with a token under \"env\""},
    {"jamesives/github-pages-deploy-action", KNOWN_NEEDED, "push the folder in a script: git push origin gh-pages"},
    {"actions/configure-pages", KNOWN_NEEDED, "pages of GitHub are published from its own runners; push to gh-pages"},
    {"actions/upload-pages-artifact", KNOWN_NEEDED, "use actions/upload-artifact, or push the folder to gh-pages"},
    {"actions/deploy-pages", KNOWN_NEEDED, "push the folder to gh-pages in a script"},
    {"actions/github-script", KNOWN_NEEDED, "run: curl -H \"Authorization: Bearer $TOKEN\" … with the forge's API; for "
                                            "an issue: uses: issue"},
    {"actions/create-release", KNOWN_NEEDED, "run: gh release create \"$GITHUB_REF_NAME\", with GH_TOKEN under "
                                             "\"env\""},
    {"softprops/action-gh-release", KNOWN_NEEDED, "run: gh release create \"$GITHUB_REF_NAME\" FILES, with GH_TOKEN "
                                                  "under \"env\""},
    {"ncipollo/release-action", KNOWN_NEEDED, "run: gh release create \"$GITHUB_REF_NAME\", with GH_TOKEN under "
                                              "\"env\""},
    {"goreleaser/goreleaser-action", KNOWN_NEEDED, "install goreleaser on the host; run: goreleaser release"},
    {"golangci/golangci-lint-action", KNOWN_NEEDED, "install golangci-lint on the host; run: golangci-lint run"},
    {"pre-commit/action", KNOWN_NEEDED, "run: pre-commit run --all-files"},
    {"super-linter/", KNOWN_NEEDED, "run the linters themselves"},
    {"github/super-linter", KNOWN_NEEDED, "run the linters themselves"},
    {"github/codeql-action", KNOWN_NEEDED, "run: codeql database create … && codeql database analyze … (the CLI on "
                                           "the host)"},
    {"actions/dependency-review-action", KNOWN_SPARE, "it asks a service of GitHub; leave it there"},
    {"actions/labeler", KNOWN_SPARE, "it only labels at GitHub; leave it there"},
    {"actions/stale", KNOWN_SPARE, "it only tidies at GitHub; leave it there"},
    {"actions/first-interaction", KNOWN_SPARE, "it only comments at GitHub; leave it there"},
    {"actions/attest", KNOWN_NEEDED, "attestations need an identity of GitHub's runners; sign with cosign in a script"},
    {"dependabot/fetch-metadata", KNOWN_SPARE, "it only reads what GitHub knows; leave it there"},
    {"peter-evans/create-pull-request", KNOWN_NEEDED, "run: git push origin BRANCH and gh pr create, with GH_TOKEN "
                                                      "under \"env\""},
    {"peter-evans/create-or-update-comment", KNOWN_NEEDED, "run: gh pr comment, with GH_TOKEN under \"env\""},
    {"peter-evans/repository-dispatch", KNOWN_NEEDED, "run: curl -X POST to the dispatches of the forge's API"},
    {"stefanzweifel/git-auto-commit-action", KNOWN_NEEDED, "run: git commit -a -m MESSAGE && git push"},
    {"aws-actions/configure-aws-credentials", KNOWN_NEEDED, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY under "
                                                            "\"env\", from secrets"},
    {"aws-actions/", KNOWN_NEEDED, "run: aws (the CLI on the host)"},
    {"google-github-actions/", KNOWN_NEEDED, "run: gcloud (the CLI on the host), with a key from secrets"},
    {"azure/", KNOWN_NEEDED, "run: az or kubectl (on the host), with credentials from secrets"},
    {"appleboy/ssh-action", KNOWN_NEEDED, "run: ssh USER@HOST with a key from secrets"},
    {"appleboy/scp-action", KNOWN_NEEDED, "run: scp with a key from secrets"},
    {"webfactory/ssh-agent", KNOWN_NEEDED, "run: eval \"$(ssh-agent)\" && ssh-add - <<< \"$KEY\", in the step that "
                                           "needs it"},
    {"slackapi/slack-github-action", KNOWN_NEEDED, "run: curl -d \"$MESSAGE\" \"$WEBHOOK_URL\", with both under "
                                                   "\"env\""},
    {"8398a7/action-slack", KNOWN_NEEDED, "run: curl -d \"$MESSAGE\" \"$WEBHOOK_URL\", with both under \"env\""},
    {"dorny/paths-filter", KNOWN_NEEDED, "\"paths\" of the event, or run: git diff --name-only"},
    {"tj-actions/changed-files", KNOWN_NEEDED, "\"paths\" of the event, or run: git diff --name-only"},
    {"dorny/test-reporter", KNOWN_SPARE, "lines ::error file=…,line=…:: of the tests become annotations"},
    {"docker://", KNOWN_NEEDED, "run: docker run IMAGE"},
    {"./", KNOWN_NEEDED, "actions of folders are not run here: write what its action.yml does as steps"},
    {"", KNOWN_NEEDED, "remote actions are not run here: call the tool itself with \"run\""},
};

static bool is_prefix(struct sv name)
{
    return name.n == 0 || name.p[name.n - 1] == '/' || name.p[name.n - 1] == '-';
}

const struct known_action *known_action(struct sv uses)
{
    ptrdiff_t at = sv_chr(uses, '@');
    struct sv name = at < 0 ? uses : sv_cut(uses, (size_t)at);
    static const struct known_action builtin = {"", KNOWN_BUILTIN, NULL};
    if (action_find(uses))
        return &builtin;
    size_t i = 0;
    for (; i + 1 < ARRAY_LEN(rows); i++) {
        struct sv row = sv_of(rows[i].name);
        bool below = sv_istarts(name, row) && (is_prefix(row) || name.n == row.n || name.p[row.n] == '/');
        if (below || (sv_is(row, "actions/attest") && sv_istarts(name, row)))
            break;
    }
    return &rows[i];
}
