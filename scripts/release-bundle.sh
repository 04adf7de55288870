#!/usr/bin/env bash
# The bundle that Maven Central takes: every module with sources, Javadoc, checksums and signatures, from the last commit,
# and a project that knows gss4j's artifacts from it alone. All but the owner's key: GPG_KEY names it; without, a key is made
# that Central would not accept.
#   scripts/release-bundle.sh 0.2.0 target/gss4j-0.2.0-bundle.zip
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=${1:?expected a version, such as 0.2.0}
out=$(realpath -m "${2:-$home/target/gss4j-$version-bundle.zip}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/src"
git -C "$home" archive HEAD | tar -x -C "$work/src"
cd "$work/src"
scripts/set-version.sh "$version"

if [ -z "${GPG_KEY:-}" ]; then
  export GNUPGHOME=$work/gnupg
  mkdir -m 700 "$GNUPGHOME"
  gpg --batch --quiet --passphrase '' --quick-gen-key 'gss4j test <test@example.org>' rsa3072 sign 1d
  GPG_KEY='test@example.org'
fi
mvn -B -q -ntp -Prelease,api -DskipTests -Dspotless.check.skip -Dgpg.keyname="$GPG_KEY" \
  -DaltDeploymentRepository="bundle::file://$work/staged" deploy
find "$work/staged" \( -name 'maven-metadata*' -o -name '*.asc.md5' -o -name '*.asc.sha1' \) -delete
mkdir -p "$(dirname "$out")"
rm -f "$out"
(cd "$work/staged" && jar --create --no-manifest --file "$out" .)

echo "== what is in it"
mkdir "$work/repository"
cd "$work/repository"
jar --extract --file "$out"
cd io/github/gss4j
for artifact in *; do
  cd "$artifact/$version"
  packaging=$(sed -n 's:^  <packaging>\(.*\)</packaging>:\1:p' "$artifact-$version.pom")
  wanted=(.pom)
  [ "${packaging:-jar}" = pom ] || wanted+=(.jar -sources.jar -javadoc.jar)
  for end in "${wanted[@]}"; do
    for file in "$artifact-$version$end"{,.asc,.md5,.sha1}; do
      [ -s "$file" ] || { echo "$file is missing" >&2; exit 1; }
    done
    gpg --batch --quiet --verify "$artifact-$version$end.asc" "$artifact-$version$end" 2>/dev/null
  done
  echo "$artifact: ${wanted[*]}"
  cd ../..
done

echo "== a project that has them from there alone"
mkdir "$work/consumer"
cat >"$work/consumer/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>consumer</groupId>
  <artifactId>consumer</artifactId>
  <version>1</version>
  <repositories>
    <repository>
      <id>bundle</id>
      <url>file://$work/repository</url>
    </repository>
  </repositories>
  <dependencyManagement>
    <dependencies>
      <dependency>
        <groupId>io.github.gss4j</groupId>
        <artifactId>gss4j-bom</artifactId>
        <version>$version</version>
        <type>pom</type>
        <scope>import</scope>
      </dependency>
    </dependencies>
  </dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>io.github.gss4j</groupId>
      <artifactId>gss4j-java</artifactId>
    </dependency>
  </dependencies>
</project>
POM
cd "$work/consumer"
mvn -B -q -ntp dependency:build-classpath -Dmdep.outputFile=classpath
mkdir classes
javac -cp "$(cat classpath)" -d classes "$home/scripts/consumers/Writes.java"
java -cp "classes:$(cat classpath)" Writes "$home/gss4j-dist/src/main/tiny" "$work/state"
echo "$out: $(du -h "$out" | cut -f1)"
