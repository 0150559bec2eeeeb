<#
.SYNOPSIS
Builds softlan.exe on Windows:  .\publish.ps1 [win-x64 | win-arm64] [-SingleFile]  ->  artifacts\RID\softlan.exe

.DESCRIPTION
Native (NativeAOT) by default, which needs Visual Studio or its Build Tools with "Desktop development with C++".
-SingleFile needs the .NET SDK alone and puts .NET into the file, as publish.sh win-x64 does on Linux.
Either way msquic.dll of .NET is inside, so the download is one file.
#>
param(
    [ValidateSet('win-x64', 'win-arm64')]
    [string] $Rid = $(if ([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture -eq 'Arm64') { 'win-arm64' } else { 'win-x64' }),
    [switch] $SingleFile
)

$ErrorActionPreference = 'Stop'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'

function Fail([string] $Text) {
    [Console]::Error.WriteLine("publish: $Text")
    exit 1
}

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Fail 'dotnet is not installed: softlan needs the .NET SDK 10.0 (https://dotnet.microsoft.com/download).'
}

if ($SingleFile) {
    $kind = 'singlefile'
    $properties = @('--self-contained', 'true', '-p:PublishSingleFile=true', '-p:PublishTrimmed=true')
}
else {
    $kind = 'aot'
    $properties = @('-p:PublishAot=true')
    if ($env:OS -ne 'Windows_NT') {
        Fail 'native executables for Windows are built on Windows only. Elsewhere use -SingleFile, or ./publish.sh win-x64.'
    }

    $vswhere = Join-Path ${env:ProgramFiles(x86)} 'Microsoft Visual Studio\Installer\vswhere.exe'
    $component = if ($Rid -eq 'win-arm64') { 'Microsoft.VisualStudio.Component.VC.Tools.ARM64' } else { 'Microsoft.VisualStudio.Component.VC.Tools.x86.x64' }
    if (-not (Test-Path $vswhere) -or -not (& $vswhere -latest -products * -requires $component -property installationPath)) {
        Fail "the C++ tools of Visual Studio are not installed ($component). Install them with the Visual Studio Installer, or use -SingleFile, which needs none."
    }
}

# Set-Location would move the terminal that this was started in, too.
Push-Location $PSScriptRoot
try {
    # obj and bin of its own, so that an ordinary build never meets these files.
    $build = "artifacts/build/$Rid-$kind"
    Write-Host "publish: building $Rid ($kind)"
    & dotnet publish softlan.csproj -c Release -r $Rid "-p:BaseIntermediateOutputPath=$build/obj/" "-p:BaseOutputPath=$build/bin/" '-p:DebugType=embedded' -o "$build/out" @properties
    if ($LASTEXITCODE -ne 0) {
        Fail 'the build failed; see above.'
    }

    New-Item -ItemType Directory -Force "artifacts/$Rid" | Out-Null
    Copy-Item "$build/out/softlan.exe" "artifacts/$Rid/softlan.exe" -Force
    Write-Host ("publish: artifacts\{0}\softlan.exe, {1} KiB" -f $Rid, [int]((Get-Item "artifacts/$Rid/softlan.exe").Length / 1KB))
}
finally {
    Pop-Location
}
