#!/usr/bin/env bash
# Gives every module and document another version.
#   scripts/set-version.sh 0.2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
new=${1:?expected a version, such as 0.2.0}
old=$(sed -n 's:^  <version>\(.*\)</version>:\1:p' pom.xml | head -1)
mvn -B -q -ntp -Pdist org.codehaus.mojo:versions-maven-plugin:2.21.0:set -DnewVersion="$new" -DprocessAllModules \
  -DgenerateBackupPoms=false
sed -i.bak "s/$old/$new/g" README.md docs/modules.md docs/installing.md
rm README.md.bak docs/modules.md.bak docs/installing.md.bak
echo "$old → $new"
