#!/usr/bin/env bash
# Projects outside of this one depend on its installed artifacts: one with Maven and the BOM, one through Ivy, which
# knows none of Maven's profiles (as Gradle), and one of gss4j-core alone, which must have no native library.
# Installs the artifacts into the local Maven repository; needs Maven, a JDK, and the natives of all platforms (450 MB, once).
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
model=$home/gss4j-cli/src/test/resources/earlier/gss/run
version=$(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$home/pom.xml" | head -1)
repository=$(cd "$home" && mvn -B -q help:evaluate -Dexpression=settings.localRepository -DforceStdout | sed 's/\x1b\[[0-9;]*m//g')

(cd "$home" && mvn -B -q -ntp -DskipTests -Dspotless.check.skip install)

# pom ARTIFACT [TYPE]: a project that depends on one module by the BOM
pom() {
  mkdir -p "$work/$1"
  cat >"$work/$1/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>consumer</groupId>
  <artifactId>$1</artifactId>
  <version>1</version>
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
      <artifactId>$1</artifactId>
      <type>${2:-jar}</type>
    </dependency>
  </dependencies>
</project>
POM
  (cd "$work/$1" && mvn -B -q -ntp "${@:3}" dependency:build-classpath -Dmdep.outputFile=classpath)
}

# run CLASSPATH SOURCE ARGUMENT…
run() {
  local classes
  classes=$(mktemp -d "$work/classes.XXXX")
  javac -cp "$1" -d "$classes" "$home/scripts/consumers/$2.java"
  java -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -cp "$classes:$1" "$2" "${@:3}"
}

echo "== Maven, gss4j-core alone"
pom gss4j-core
classpath=$(cat "$work/gss4j-core/classpath")
for jar in ${classpath//:/ }; do
  if unzip -l "$jar" | grep -E '\.(so|dll|dylib|jnilib)$'; then
    echo "gss4j-core brings a native library: $jar" >&2
    exit 1
  fi
done
run "$classpath" Reads "$model/last/model.safetensors" | head -3
echo "no native library among: $(tr ':' '\n' <<<"$classpath" | xargs -n1 basename | tr '\n' ' ')"

echo "== Maven, gss4j-platform by the BOM"
pom gss4j-platform pom -Djavacpp.platform.host
run "$(cat "$work/gss4j-platform/classpath")" Writes "$model" "$work/maven.state"

echo "== Ivy, which knows no profiles, gss4j-platform"
mvn -B -q -ntp dependency:copy -Dartifact=org.apache.ivy:ivy:2.5.3 -DoutputDirectory="$work/ivy"
(cd "$work/gss4j-platform" && mvn -B -q -ntp dependency:resolve) # the natives of all platforms
cat >"$work/ivy/settings.xml" <<IVY
<ivysettings>
  <settings defaultResolver="local"/>
  <caches defaultCacheDir="$work/ivy/cache"/>
  <resolvers>
    <ibiblio name="local" m2compatible="true" root="file://$repository/" useMavenMetadata="false" checksums=""/>
  </resolvers>
</ivysettings>
IVY
java -jar "$work/ivy/ivy-2.5.3.jar" -settings "$work/ivy/settings.xml" -confs default \
  -dependency io.github.gss4j gss4j-platform "$version" \
  -retrieve "$work/ivy/lib/[artifact]-[revision](-[classifier]).[ext]" >"$work/ivy/log" 2>&1 || {
  tail -30 "$work/ivy/log" >&2
  exit 1
}
run "$(printf '%s:' "$work"/ivy/lib/*.jar)" Writes "$model" "$work/ivy.state"
echo "all consumers build and run"
