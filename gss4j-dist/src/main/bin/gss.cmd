@echo off
rem gss4j's command line: sets the environment, runs.
setlocal
set "home=%~dp0.."
set "java="
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
if not defined java for %%i in (java.exe) do set "java=%%~$PATH:i"
if not defined java echo gss: there is no java.exe: set JAVA_HOME, or PATH, to Java 17 or newer>&2
if not defined java exit /b 1
if not defined GSS_CLASSPATH set "GSS_CLASSPATH=%home%\lib\*"
set options=-XX:+UseSerialGC -Xmn32m -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 --enable-native-access=ALL-UNNAMED
for %%i in ("%java%") do set "release=%%~dpi..\release"
rem From Java 23 on, JavaCPP's use of Unsafe would be warned of at every start.
"%SystemRoot%\System32\findstr.exe" /r /c:"^JAVA_VERSION=.2[3-9]" "%release%" >nul 2>&1
if not errorlevel 1 set options=%options% --sun-misc-unsafe-memory-access=allow
rem Commands that decode have the Vector API, where this Java has it.
set decode=-XX:InitialRAMPercentage=50 -XX:MaxRAMPercentage=80
"%SystemRoot%\System32\find.exe" "jdk.incubator.vector" "%release%" >nul 2>&1
if not errorlevel 1 set decode=%decode% --add-modules jdk.incubator.vector
for %%c in (generate eval bench serve) do if "%~1"=="%%c" set options=%options% %decode%
"%java%" %options% -cp "%GSS_CLASSPATH%" %GSS_JAVA_OPTS% io.github.gss4j.cli.Gss %*
