#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Repositories of the emulated forge: refs, changes, and what becomes of names that are no more. usage: lab_repos.sh BIN
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/lab_lib.sh"

start_lab "$DIR" --seed 3
SHA=aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd
OLD=1111111111222222222233333333334444444444
gh=/github/repos/acme/api gl=/gitlab/api/v4/projects/acme%2Fapi gt=/gitea/api/v1/repos/acme/api

# ---- the same things happen at all three ----
for forge in github gitlab gitea; do
  on=(--forge $forge --repo acme/api)
  lab push "${on[@]}" --ref main --sha $OLD --message "the first"
  lab push "${on[@]}" --ref main --sha $SHA --message "the second" --user ben
  lab push "${on[@]}" --ref feature/one
  lab push "${on[@]}" --ref refs/tags/v1 --sha $SHA
  for i in 1 2 3; do lab change open "${on[@]}" --head "topic-$i" --title "Change $i"; done
  lab change close "${on[@]}" --number 2
  lab change open "${on[@]}" --head theirs --title "From a fork" --fork eve/api --draft
  lab change label "${on[@]}" --number 1 --label bug
done
state_must '.changes | map(select(.state == "open")) | length == 9'

# ---- refs ----
ask GET $gh/branches
expect 200 'map(.name) == ["feature/one","main","topic-1","topic-2","topic-3"] and .[1].commit.sha == "'$SHA'"'
ask GET "$gh/branches?per_page=2&page=2"
expect 200 'map(.name) == ["topic-1","topic-2"]'
case $(next_page) in "$LAB_URL"/github/repositories/*/branches*page=3) ;; *) fail "no third page: $head" ;; esac
ask GET $gh/branches/feature/one
expect 200 '.name == "feature/one"'
ask GET $gh/branches/feature
expect 404 '.message == "Branch not found"'
ask GET $gh/git/matching-refs/heads/topic
expect 200 'map(.ref) == ["refs/heads/topic-1","refs/heads/topic-2","refs/heads/topic-3"] and .[0].object.type == "commit"'
ask GET $gh/git/matching-refs/heads/none
expect 200 '. == []'
ask GET $gh/git/ref/tags/v1
expect 200 '.object.sha == "'$SHA'"'
ask GET $gh/git/ref/heads/top
expect 404
ask GET $gh/tags
expect 200 'map(.name) == ["v1"]'
ask GET $gh/commits/main
expect 200 '.sha == "'$SHA'" and .commit.message == "the second" and .commit.author.name == "ben"'
ask GET $gh/commits/9999999999999999999999999999999999999999
expect 422 '.message | startswith("No commit found for SHA")'
ask GET "$gl/repository/branches?per_page=2"
expect 200 'map(.name) == ["feature/one","main"] and .[1].default and .[1].commit.id == "'$SHA'"'
[ "$(header x-total)" = 5 ] || fail "no total of branches: $head"
ask GET $gl/repository/branches/feature%2Fone
expect 200 '.name == "feature/one"'
ask GET $gl/repository/branches/none
expect 404 '.message == "404 Branch Not Found"'
ask GET $gl/repository/tags
expect 200 'map([.name, .target]) == [["v1","'$SHA'"]]'
ask GET $gl/repository/commits/main
expect 200 '.id == "'$SHA'" and .title == "the second"'
ask GET "$gt/branches?limit=3"
expect 200 'map(.name) == ["feature/one","main","topic-1"]'
[ "$(header x-total-count)" = 5 ] || fail "no total of branches: $head"
ask GET $gt/branches/feature/one
expect 200
ask GET $gt/git/refs/heads/topic
expect 200 'length == 3'
ask GET $gt/tags
expect 200 '.[0].commit.sha == "'$SHA'"'
lab push --repo acme/api --ref feature/one --delete
ask GET $gh/branches/feature/one
expect 404

# ---- changes ----
ask GET $gh/pulls
expect 200 'map(.number) == [4,3,1] and .[0].head.repo.full_name == "eve/api" and .[0].draft and .[2].labels[0].name == "bug"
  and (.[0] | has("mergeable") | not) and .[1].base.sha == "'$SHA'"'
ask GET "$gh/pulls?state=all&direction=asc&per_page=3"
expect 200 'map(.number) == [1,2,3]'
ask GET "$gh/pulls?head=eve:theirs"
expect 200 'map(.number) == [4]'
ask GET "$gh/pulls?head=acme:theirs"
expect 200 '. == []'
sleep 1.1 # times have seconds here
lab change sync --repo acme/api --number 1
now=$(jq -r .sha <<< "$answer")
ask GET "$gh/pulls?sort=updated&direction=desc"
expect 200 '.[0].number == 1 and .[0].head.sha == "'$now'"'
ask GET $gh/pulls/1 # whether it can be merged is worked out when somebody asks
expect 200 '.mergeable == null'
ask GET $gh/pulls/1
expect 200 '.merged == false and .mergeable == true and .head.ref == "topic-1" and .updated_at > .created_at'
ask GET $gh/commits/$now/pulls
expect 200 'map(.number) == [1]'
ask GET $gh/issues/1
expect 200 '.pull_request.url != null'
ask GET $gh/pulls/99
expect 404
ask GET "$gl/merge_requests?state=opened"
expect 200 'map(.iid) == [4,3,1] and .[0].source_project_id != .[0].target_project_id and .[2].labels == ["bug"]'
ask GET "$gl/merge_requests?state=all&order_by=updated_at&sort=asc&per_page=1"
expect 200 'length == 1'
ask GET "$gl/merge_requests?source_branch=topic-3"
expect 200 'map(.iid) == [3]'
ask GET $gl/issues
expect 200 '. == []' # numbers of their own
ask GET $gl/merge_requests/4
expect 200 '.draft and .detailed_merge_status == "draft_status"'
ask GET $gl/merge_requests/9
expect 404
ask GET "$gt/pulls?sort=oldest"
expect 200 'map(.number) == [1,3,4] and .[0].head.repo_id == .[0].base.repo_id and .[2].head.repo_id != .[2].base.repo_id'
ask GET "$gt/issues?type=issues&state=all"
expect 200 '. == []'
ask GET $gt/pulls/2
expect 200 '.state == "closed" and .merged == false'
ask POST $gh/issues '{"title":"counted with them"}'
expect 201 '.number == 5'
lab change merge --repo acme/api --number 3
ask GET $gh/pulls/3
expect 200 '.merged and .state == "closed" and .merge_commit_sha != null'
merged=$(jq -r .merge_commit_sha <<< "$answer")
ask GET $gh/branches/main
expect 200 '.commit.sha == "'$merged'"'
for wrong in '{"do":"sync","number":3}' '{"do":"merge","number":99}' '{"do":"turn","number":1}' '{"do":"open","sha":"x"}'; do
  ask POST /_lab/changes "$(jq -c '.repo = "acme/api"' <<< "$wrong")"
  expect 400 '.message != null'
done
ask POST /_lab/push '{"repo":"acme"}'
expect 400
ask POST /_lab/push '{"repo":"acme/api","forge":"gogs"}'
expect 400
ask POST /_lab/push '{"repo":"acme/api","ref":"none","delete":true}'
expect 400

# ---- names that are no more ----
ask GET $gh
id=$(jq .id <<< "$answer")
for forge in github gitlab gitea; do lab repo rename --forge $forge --repo acme/api --to backend; done
ask GET "$gh/pulls?state=all"
expect 301 '.url | endswith("/repositories/'"$id"'/pulls?state=all")'
ask GET "$(sed "s|^$LAB_URL||" <<< "$(header location)")"
expect 200 'length == 4'
ask POST $gh/statuses/$SHA '{"state":"success"}'
expect 307
location=$(header location)
ask POST "${location#"$LAB_URL"}" '{"state":"success"}'
expect 201
ask GET /github/repos/acme/backend
expect 200 '.id == '"$id"' and .full_name == "acme/backend"'
ask GET $gl/issues
expect 301
case $(header location) in "$LAB_URL"/gitlab/api/v4/projects/"$id"/issues) ;; *) fail "where is the project: $head" ;; esac
ask POST $gl/issues '{"title":"t"}'
expect 405 '.message == "Non GET methods are not allowed for moved projects"'
ask POST /gitlab/api/v4/projects/"$id"/issues '{"title":"t"}'
expect 201
ask POST $gt/issues '{"title":"t"}'
expect 301
[ "$(header location)" = /gitea/api/v1/repos/acme/backend/issues ] || fail "Gitea names no host: $head"
lab repo transfer --repo acme/backend --to umbrella
ask GET $gh
expect 301
ask GET /github/repos/umbrella/backend
expect 200 '.owner.login == "umbrella"'
lab repo create --repo acme/api
ask GET $gh
expect 200 '.id != '"$id"' and .full_name == "acme/api"'
for forge in github gitlab gitea; do lab repo delete --forge $forge --repo umbrella/backend; done
ask GET /github/repos/umbrella/backend
expect 404
ask GET /github/repositories/"$id"
expect 404
ask GET /gitlab/api/v4/projects/umbrella%2Fbackend
expect 404 '.message == "404 Project Not Found"'
ask GET /gitea/api/v1/repos/umbrella/backend
expect 404

# ---- killed and started again: the words are done again ----
lab_state | jq -S . > "$DIR/before"
stop_lab KILL
start_lab "$DIR" --seed 3
lab_state | jq -S . > "$DIR/after"
must "the state after a restart differs" cmp "$DIR/before" "$DIR/after"
end_lab
