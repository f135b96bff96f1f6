//! Drivers as their build files describe them, and what becomes of broken ones.

use std::path::{Path, PathBuf};

use rulebook_frontend::{Cache, Project, discover, load};
use rulebook_machine::semantics::Language;

#[derive(serde::Deserialize)]
struct Document {
    language: Language,
}

fn language() -> Language {
    let text = include_str!("../../catalog/semantics/language.yaml");
    serde_yaml::from_str::<Document>(text).expect("the test tree is sound").language
}

/// A tree of files below a temporary folder.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("the test tree is sound");
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("the test tree is sound")).expect("the test tree is sound");
            std::fs::write(path, text).expect("the test tree is sound");
        }
        Self(folder)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Drivers below `path` as `name: source source`.
    fn drivers(&self, path: &str) -> Vec<String> {
        discover(&[self.path(path)]).0.iter().map(|project| self.line(project)).collect()
    }

    fn line(&self, project: &Project) -> String {
        let shown = |path: &Path| {
            path.strip_prefix(self.0.path()).expect("the test tree is sound").to_string_lossy().replace('\\', "/")
        };
        let sources: Vec<String> = project.sources.iter().map(|source| shown(&source.path)).collect();
        format!("{}: {}", project.name, sources.join(" "))
    }
}

fn vcxproj(kind: &str, toolset: &str, items: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <ItemGroup Label="ProjectConfigurations">
    <ProjectConfiguration Include="Debug|ARM64"/><ProjectConfiguration Include="Release|x64"/>
    <ProjectConfiguration Include="Debug|x64"/>
  </ItemGroup>
  <PropertyGroup><ConfigurationType>{kind}</ConfigurationType><PlatformToolset>{toolset}</PlatformToolset></PropertyGroup>
  {items}
</Project>"#
    )
}

const KERNEL: &str = "WindowsKernelModeDriver10.0";

/// The texts of the headers that the only driver below `path` reads.
fn bodies(tree: &Tree, path: &str) -> Vec<String> {
    let (projects, _) = discover(&[tree.path(path)]);
    let program = load(&projects[0], &language(), &Cache::new(), false);
    let functions = program.units.iter().flat_map(|unit| &unit.functions);
    functions.map(|function| function.name.as_str().to_owned()).collect()
}

#[test]
fn what_holds_for_all_items_holds_for_those_before_it_too() {
    let items = r#"<ItemGroup><ClCompile Include="main.c"/></ItemGroup>
        <ItemDefinitionGroup><ClCompile>
          <PreprocessorDefinitions>FEATURE=$(Late)</PreprocessorDefinitions>
          <AdditionalIncludeDirectories>..\inc;.</AdditionalIncludeDirectories>
        </ClCompile></ItemDefinitionGroup>
        <PropertyGroup><Late>7</Late></PropertyGroup>"#;
    let tree = Tree::new(&[
        ("sys/driver.vcxproj", &vcxproj("Driver", KERNEL, items)),
        ("sys/main.c", "#include <shared.h>\n#if FEATURE == 7\nvoid featured(void) { }\n#endif\n"),
        ("inc/shared.h", "inline void in_header(void) { }\n"),
    ]);
    assert_eq!(bodies(&tree, ""), ["featured", "in_header"]);
}

#[test]
fn a_project_is_read_in_the_configuration_that_makes_a_driver() {
    let project = r#"<Project><ItemGroup>
        <ProjectConfiguration Include="Win10 Release|x64"/><ProjectConfiguration Include="Vista Release|x64"/>
      </ItemGroup>
      <PropertyGroup Condition="'$(Configuration)'=='Vista Release'"><PlatformToolset>v141_xp</PlatformToolset></PropertyGroup>
      <PropertyGroup Condition="'$(Configuration)'=='Win10 Release'">
        <PlatformToolset>WindowsKernelModeDriver10.0</PlatformToolset>
      </PropertyGroup>
      <PropertyGroup Condition="'$(PlatformToolset)'!='v141_xp'"><ConfigurationType>Driver</ConfigurationType></PropertyGroup>
      <PropertyGroup Condition="'$(PlatformToolset)'=='v141_xp'"><ConfigurationType>Application</ConfigurationType></PropertyGroup>
      <ItemGroup><ClCompile Include="main.c"/></ItemGroup></Project>"#;
    let tree = Tree::new(&[("sys/driver.vcxproj", project), ("sys/main.c", "void f(void) { }\n")]);
    assert_eq!(tree.drivers(""), ["driver: sys/main.c"]);
}

#[test]
fn without_a_project_headers_of_the_driver_are_found_whatever_the_brackets() {
    let tree = Tree::new(&[
        ("tree/driver/main.c", "#include <beside.h>\n#include <shared.h>\n#include <far.h>\n"),
        ("tree/driver/beside.h", "inline void beside(void) { }\n"),
        ("tree/inc/shared.h", "inline void shared(void) { }\n"),
        ("far.h", "inline void far_away(void) { }\n"),
    ]);
    assert_eq!(bodies(&tree, ""), ["beside", "shared"]);
}

#[test]
fn without_projects_folders_of_headers_are_common_to_all_around_them() {
    let tree = Tree::new(&[
        ("include/base/check.h", "void check(void) { }\n"),
        ("include/other.h", "void other(void) { }\n"),
        ("src/inc/other.h", "void nearer(void) { }\n"),
        ("src/a/main.c", "#include <base/check.h>\n#include <other.h>\n#include <twin.h>\n#include <lib/deep.h>\n"),
        ("src/b/main.c", ""),
        // A folder of headers that is not around the file, one of another driver, and one of a part of it.
        ("drivers/include/twin.h", "void twin(void) { }\n"),
        ("drivers/b/twin.h", "void twin(void) { }\n"),
        ("include/more/lib/deep.h", "void deep(void) { }\n"),
    ]);
    let (projects, _) = discover(&[tree.path("")]);
    let names = |project: &Project| -> Vec<String> {
        let program = load(project, &language(), &Cache::new(), false);
        let functions = program.units.iter().flat_map(|unit| &unit.functions);
        functions.map(|function| function.name.as_str().to_owned()).collect()
    };
    let main: Vec<&Project> = projects.iter().filter(|project| project.name == "a").collect();
    assert_eq!(names(main[0]), ["check", "nearer"]);
}

#[test]
fn a_project_says_what_a_driver_is_made_of() {
    let driver = vcxproj(
        "Driver",
        KERNEL,
        r#"<ItemDefinitionGroup Condition="'$(Configuration)|$(Platform)'=='Debug|x64'">
             <ClCompile>
               <PreprocessorDefinitions>%(PreprocessorDefinitions);FEATURE=1;PLAIN</PreprocessorDefinitions>
               <AdditionalIncludeDirectories>..\Inc;%(AdditionalIncludeDirectories)</AdditionalIncludeDirectories>
             </ClCompile>
             <Link><AdditionalDependencies>$(DDK_LIB_PATH)\ntoskrnl.lib;..\lib\$(IntDir)\helper.lib</AdditionalDependencies></Link>
           </ItemDefinitionGroup>
           <ItemGroup>
             <ClCompile Include="Main.c"/>
             <ClCompile Include="skip.c"><ExcludedFromBuild>true</ExcludedFromBuild></ClCompile>
             <ClCompile Include="gone.c"/>
           </ItemGroup>"#,
    );
    let tree = Tree::new(&[
        ("sys/driver.vcxproj", &driver),
        (
            "sys/main.c",
            "#include <SHARED.H>\n#if FEATURE && PLAIN\nvoid a(void) { b(); }\n#endif\n#if ARM\nvoid c(void) { }\n#endif\n",
        ),
        ("sys/skip.c", ""),
        ("inc/shared.h", "#define b() KeBugCheck(1)\ninline void in_header(void) { }\n"),
        (
            "lib/helper.vcxproj",
            &vcxproj("StaticLibrary", KERNEL, r#"<ItemGroup><ClCompile Include="*.c"/></ItemGroup>"#),
        ),
        ("lib/one.c", "void one(void) { }"),
        (
            "app/app.vcxproj",
            &vcxproj(
                "Application",
                "WindowsApplicationForDrivers10.0",
                r#"<ItemGroup><ClCompile Include="app.c"/></ItemGroup>"#,
            ),
        ),
        ("app/app.c", "int main(void) { return 0; }"),
        (
            "umdf/umdf.vcxproj",
            &vcxproj("Driver", "WindowsUserModeDriver10.0", r#"<ItemGroup><ClCompile Include="u.cpp"/></ItemGroup>"#),
        ),
        ("umdf/u.cpp", ""),
        ("loose/a.c", ""),
        ("loose/sub/b.cpp", ""),
    ]);
    assert_eq!(
        tree.drivers(""),
        ["loose: loose/a.c loose/sub/b.cpp", "sys: sys/skip.c", "driver: lib/one.c sys/main.c"]
    );

    let (projects, problems) = discover(&[tree.path("")]);
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["project/user-mode"], "{problems:?}");
    let driver = projects.iter().find(|project| project.name == "driver").unwrap();
    let messages: Vec<&str> = driver.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["`gone.c` is compiled by this project but is not there"]);

    let program = load(driver, &language(), &Cache::new(), true);
    let names: Vec<&str> =
        program.units.iter().flat_map(|unit| &unit.functions).map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["one", "a", "in_header"]);
    assert_eq!(program.includes.iter().map(String::as_str).collect::<Vec<_>>(), ["shared.h"]);
    assert_eq!((program.stats.functions, program.stats.untrusted), (3, 0));
}

#[test]
fn paths_of_every_kind_are_drivers() {
    let database = r#"[
        {"directory": ".", "file": "src/a.c", "arguments": ["cc", "-DX=1", "-Iinc", "-c", "src/a.c"]},
        {"directory": ".", "file": "src/b.c", "command": "cc -c src/b.c"},
        {"directory": ".", "file": "src/c.s", "command": "cc -c src/c.s"}
    ]"#;
    let tree = Tree::new(&[
        ("fixture/compile_commands.json", database),
        ("fixture/src/a.c", ""),
        ("fixture/src/b.c", ""),
        ("fixture/src/unlisted.c", ""),
        ("solution/all.sln", "Project(\"{8BC9CEB8}\") = \"d\", \"drv\\d.vcxproj\", \"{1}\"\nEndProject\n"),
        ("solution/drv/d.vcxproj", &vcxproj("Driver", KERNEL, r#"<ItemGroup><ClCompile Include="d.c"/></ItemGroup>"#)),
        ("solution/drv/d.c", ""),
        ("solution/other.c", ""),
    ]);
    for (path, expected) in [
        ("fixture/compile_commands.json", vec!["fixture: fixture/src/a.c fixture/src/b.c"]),
        ("fixture", vec!["fixture: fixture/src/a.c fixture/src/b.c", "src: fixture/src/unlisted.c"]),
        ("fixture/src/b.c", vec!["b: fixture/src/b.c"]),
        ("solution/all.sln", vec!["d: solution/drv/d.c"]),
        ("solution/drv/d.vcxproj", vec!["d: solution/drv/d.c"]),
    ] {
        assert_eq!(tree.drivers(path), expected, "{path}");
    }
}

#[test]
fn libraries_that_link_each_other_are_a_problem_and_not_a_hang() {
    let refers = |to: &str, file: &str| {
        let items =
            format!(r#"<ItemGroup><ClCompile Include="{file}"/><ProjectReference Include="{to}"/></ItemGroup>"#);
        items
    };
    let tree = Tree::new(&[
        ("d.vcxproj", &vcxproj("Driver", KERNEL, &refers("x.vcxproj", "d.c"))),
        ("x.vcxproj", &vcxproj("StaticLibrary", KERNEL, &refers("y.vcxproj", "x.c"))),
        ("y.vcxproj", &vcxproj("StaticLibrary", KERNEL, &refers("x.vcxproj", "y.c"))),
        ("d.c", ""),
        ("x.c", ""),
        ("y.c", ""),
    ]);
    let (projects, _) = discover(&[tree.path("d.vcxproj")]);
    assert_eq!(tree.drivers("d.vcxproj"), ["d: d.c x.c y.c"]);
    let codes: Vec<&str> = projects[0].problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["project/link-loop"]);
}

#[test]
fn bad_input_is_a_problem_and_the_rest_is_still_read() {
    let tree = Tree::new(&[
        ("broken/broken.vcxproj", "<Project><ItemGroup>"),
        ("json/compile_commands.json", "{ not json"),
        ("good/a.c", "#include \"loop.h\"\nvoid good(void) { }"),
        ("good/loop.h", "#include \"loop.h\"\n#include \"other.h\"\n"),
        ("good/other.h", "#include \"loop.h\"\n#if\n#elif\n#endif\n#endif\n#define\n"),
    ]);
    std::fs::write(tree.path("good/binary.c"), b"MZ\0\0\0").unwrap();
    let (projects, problems) = discover(&[tree.path(""), tree.path("nowhere")]);
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["project/not-found", "project/not-xml"]);
    let mut seen = Vec::new();
    for project in &projects {
        let program = load(project, &language(), &Cache::new(), true);
        seen.extend(program.problems.iter().map(|problem| problem.code.clone()));
        seen.extend(
            program.units.iter().flat_map(|unit| &unit.functions).map(|function| function.name.as_str().to_owned()),
        );
    }
    assert_eq!(seen, ["source/binary", "good", "project/not-json"]);
}

#[test]
#[cfg(unix)]
fn links_that_lead_back_do_not_hang() {
    let tree = Tree::new(&[("d/a.c", "")]);
    std::os::unix::fs::symlink(tree.path("d"), tree.path("d/again")).unwrap();
    std::os::unix::fs::symlink(tree.path("nothing.c"), tree.path("d/dangling.c")).unwrap();
    let (projects, problems) = discover(&[tree.path("d")]);
    assert_eq!(projects.len(), 1);
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["project/unreadable"]);
}

#[test]
fn what_is_excluded_is_not_looked_at_and_its_headers_are_found_all_the_same() {
    let tree = Tree::new(&[
        ("own/a.c", "#include \"odd.h\"\n"),
        ("own/gen.c", ""),
        ("third/odd.h", "void Odd(void) { }\n"),
        ("third/odd.c", ""),
        (
            "third/odd.vcxproj",
            &vcxproj("Driver", "WindowsKernelModeDriver10.0", r#"<ItemGroup><ClCompile Include="odd.c"/></ItemGroup>"#),
        ),
    ]);
    let drivers = |names: &[&str], paths: &[&str]| -> Vec<String> {
        let excluded = |path: &Path| names.iter().any(|name| path.to_string_lossy().contains(name));
        let paths: Vec<PathBuf> = paths.iter().map(|path| tree.path(path)).collect();
        rulebook_frontend::discover_but(&paths, &excluded).0.iter().map(|project| tree.line(project)).collect()
    };
    assert_eq!(drivers(&[], &["."]), ["own: own/a.c own/gen.c", "odd: third/odd.c"]);
    assert_eq!(drivers(&["gen"], &["."]), ["own: own/a.c", "odd: third/odd.c"]);
    assert_eq!(drivers(&["third"], &["."]), ["own: own/a.c own/gen.c"]);
    assert_eq!(drivers(&["odd.c"], &["."]), ["own: own/a.c own/gen.c"]);
    // Without its project a source is a driver by its folder.
    assert_eq!(drivers(&["vcxproj"], &["."]), ["own: own/a.c own/gen.c", "third: third/odd.c"]);
    // Named outright, as by a hook that names what was changed.
    assert_eq!(drivers(&["third", "gen"], &["own/gen.c", "third/odd.vcxproj", "own/a.c"]), ["a: own/a.c"]);
    let excluded = |path: &Path| path.to_string_lossy().contains("third");
    let (projects, _) = rulebook_frontend::discover_but(&[tree.path(".")], &excluded);
    let program = load(&projects[0], &language(), &Cache::new(), true);
    assert!(program.files.iter().any(|file| file.path.ends_with("third/odd.h")), "the header is found");
}

#[test]
fn macros_that_are_asked_for_outdo_those_of_the_build() {
    let commands = r#"[{"directory": ".", "file": "a.c", "command": "cc -DMODE=1 -UFULL -c a.c"}]"#;
    let text = "#if MODE == 2 && defined(FULL)\nvoid Two(void) { }\n#else\nvoid One(void) { }\n#endif\n";
    let tree = Tree::new(&[("a.c", text), ("compile_commands.json", commands)]);
    let functions = |defines: &[&str]| -> Vec<String> {
        let (mut projects, _) = discover(&[tree.path(".")]);
        let defines: Vec<(String, String)> = defines.iter().map(|text| rulebook_frontend::definition(text)).collect();
        rulebook_frontend::define(&mut projects, &defines);
        let program = load(&projects[0], &language(), &Cache::new(), true);
        program.units[0].functions.iter().map(|function| function.name.to_string()).collect()
    };
    assert_eq!(functions(&[]), ["One"]);
    assert_eq!(functions(&["MODE=2"]), ["One"]);
    assert_eq!(functions(&["MODE=2", "FULL"]), ["Two"]);
}

#[test]
fn drivers_of_user_mode_are_left_out_with_a_word() {
    let user = "WindowsUserModeDriver10.0";
    let tree = Tree::new(&[
        ("one/one.vcxproj", &vcxproj("DynamicLibrary", user, r#"<ItemGroup><ClCompile Include="a.cpp"/></ItemGroup>"#)),
        ("one/a.cpp", ""),
        ("two/two.vcxproj", &vcxproj("Driver", user, "")),
        ("app/app.vcxproj", &vcxproj("Application", "WindowsApplicationForDrivers10.0", "")),
    ]);
    let told = |path: &str| -> Vec<String> {
        let (projects, problems) = discover(&[tree.path(path)]);
        assert!(projects.is_empty());
        problems.iter().map(|problem| format!("{}: {}", problem.code, problem.message)).collect()
    };
    assert_eq!(told("."), ["project/user-mode: builds one of 2 drivers that run in user mode, which are left out"]);
    assert_eq!(told("two"), ["project/user-mode: builds a driver that runs in user mode, which is left out"]);
    assert_eq!(told("app"), [""; 0]);
}

#[test]
fn a_program_of_the_kernel_is_a_driver() {
    let items = r#"<ItemGroup><ClCompile Include="a.c"/></ItemGroup>"#;
    let tree = Tree::new(&[("fs/fs.vcxproj", &vcxproj("Application", KERNEL, items)), ("fs/a.c", "")]);
    let (projects, problems) = discover(&[tree.path(".")]);
    assert_eq!((projects.len(), problems.len()), (1, 0));
}

#[test]
fn a_project_that_runs_a_makefile_claims_no_sources() {
    let files = r#"<ItemGroup><ClCompile Include="a.c"/></ItemGroup>"#;
    let tree = Tree::new(&[
        ("net/net.vcxproj", &vcxproj("Makefile", "v143", files)),
        ("net/a.c", ""),
        ("net/b.c", ""),
        ("net/own/own.vcxproj", &vcxproj("Driver", KERNEL, files)),
        ("net/own/a.c", ""),
        // What another project builds is known to run elsewhere.
        ("net/tool/tool.vcxproj", &vcxproj("Application", "v143", files)),
        ("net/tool/a.c", ""),
        ("all.sln", r#"Project("{1}") = "net", "net\net.vcxproj", "{2}""#),
    ]);
    let expected = ["net: net/a.c net/b.c", "own: net/own/a.c"];
    assert_eq!(tree.drivers("."), expected);
    assert_eq!(tree.drivers("net/net.vcxproj"), expected);
    let (projects, problems) = discover(&[tree.path("all.sln")]);
    assert!(projects.is_empty());
    assert_eq!(problems[0].message, "runs a makefile, which is not read; its folder can be checked");
}
