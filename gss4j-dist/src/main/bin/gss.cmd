@echo off
rem gss4j's command line: sets the environment, runs.
setlocal
set "home=%~dp0.."
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
if not defined GSS_CLASSPATH set "GSS_CLASSPATH=%home%\lib\*"
set options=-XX:+UseSerialGC -Xmn32m -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 --enable-native-access=ALL-UNNAMED
if "%~1"=="generate" set decodes=1
if "%~1"=="eval" set decodes=1
if "%~1"=="bench" set decodes=1
if "%~1"=="serve" set decodes=1
if defined decodes set options=%options% --add-modules jdk.incubator.vector -XX:InitialRAMPercentage=50 -XX:MaxRAMPercentage=80
"%java%" %options% -cp "%GSS_CLASSPATH%" %GSS_JAVA_OPTS% io.github.gss4j.cli.Gss %*
