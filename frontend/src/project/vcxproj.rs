//! `.vcxproj` files: what kind of binary, which sources, which macros and folders, what is linked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use roxmltree::{Document, Node};
use rulebook_diagnostics::{Place, Problem};

use super::msbuild::{Properties, joined};
use super::{Settings, SourceEntry, problem};
use crate::headers::{Cache, HeaderIndex};
use crate::source::{read_text, shown};

/// Property sheets may import each other this deep.
const DEEPEST: usize = 16;

/// What a project builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    /// Runs in the kernel on its own.
    Driver,
    /// Is linked into others.
    Library,
    /// Does not run in the kernel, or is no code at all.
    Other,
    /// Runs another tool that builds: of what, only that tool knows.
    Foreign,
}

/// A project file, read.
#[derive(Debug)]
pub(super) struct Vcxproj {
    pub(super) path: PathBuf,
    pub(super) output: Output,
    /// Whether it builds a driver that runs in user mode.
    pub(super) is_user_driver: bool,
    /// The file name of what it builds, without extension, in lower case.
    pub(super) target: String,
    pub(super) sources: Vec<SourceEntry>,
    /// Projects it refers to.
    pub(super) references: Vec<PathBuf>,
    /// Libraries it links, as spelled, with `/`.
    pub(super) libraries: Vec<String>,
    pub(super) problems: Vec<Problem>,
}

/// Metadata of compiled files.
#[derive(Debug, Clone, Default)]
struct Metadata {
    defines: String,
    undefines: String,
    include_dirs: String,
    forced: String,
    excluded: bool,
}

struct Reader<'a> {
    folder: PathBuf,
    properties: Properties,
    metadata: Metadata,
    libraries: String,
    items: Vec<(String, Metadata)>,
    /// Items of other names, which lists of compiled files may refer to.
    other_items: BTreeMap<String, Vec<String>>,
    references: Vec<PathBuf>,
    cache: &'a Cache,
    problems: Vec<Problem>,
    imported: Vec<PathBuf>,
    pass: Pass,
}

/// How many configurations are tried.
const MOST_TRIED: usize = 8;

/// What is evaluated: `MSBuild` goes through a project once for each, wherever in it the groups stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    Properties,
    Definitions,
    Items,
}

/// Reads a project; a file that is no XML has a problem and no sources.
pub(super) fn read(path: &Path, headers: &Arc<HeaderIndex>, cache: &Cache) -> Vcxproj {
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let fresh = || Reader {
        folder: folder.clone(),
        properties: Properties::default(),
        metadata: Metadata::default(),
        libraries: String::new(),
        items: Vec::new(),
        other_items: BTreeMap::new(),
        references: Vec::new(),
        cache,
        problems: Vec::new(),
        imported: Vec::new(),
        pass: Pass::Properties,
    };
    let mut reader = fresh();
    let mut output = Output::Other;
    match read_text(path) {
        Ok(text) => match Document::parse(&text) {
            Ok(document) => {
                // The first that makes a driver: a project may make something else by configurations for old systems.
                for (index, configuration) in configurations(&document).into_iter().take(MOST_TRIED).enumerate() {
                    let mut other = fresh();
                    other.evaluate(&stem, &document, &configuration);
                    let made = other.output();
                    let is_made = matches!(made, Output::Driver | Output::Library);
                    if index == 0 || is_made {
                        (reader, output) = (other, made);
                    }
                    if is_made {
                        break;
                    }
                }
            }
            Err(error) => reader.problems.push(not_xml(path, &error)),
        },
        Err(problem) => reader.problems.push(*problem),
    }
    let target =
        Some(reader.properties.get("TargetName")).filter(|name| !name.is_empty()).unwrap_or(&stem).to_lowercase();
    let is_user_driver = output == Output::Other && reader.is_user_driver();
    let sources = reader.sources(headers, output);
    let expanded = reader.properties.expand(&reader.libraries).replace('\\', "/");
    let libraries = list(&expanded).map(str::to_owned).collect();
    let Reader { references, problems, .. } = reader;
    Vcxproj { path: path.to_owned(), output, is_user_driver, target, sources, references, libraries, problems }
}

/// Whether the project leaves building to another tool, and so names no sources.
pub(super) fn is_foreign(path: &Path) -> bool {
    read(path, &Arc::new(HeaderIndex::default()), &Cache::new()).output == Output::Foreign
}

fn not_xml(path: &Path, error: &roxmltree::Error) -> Problem {
    let at = error.pos();
    let place =
        Place { line: at.row, column: at.col, end_line: at.row, end_column: at.col, ..Place::file(shown(path)) };
    Problem::error("project/not-xml", place, format!("is not well-formed XML: {error}"))
}

/// The parts of a list between semicolons, without references to inherited values.
fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '\n', '\r']).map(str::trim).filter(|part| !part.is_empty() && !part.starts_with("%("))
}

fn content(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

fn named<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// Configurations and platforms, the likeliest first: for x64, a debug one if there is, else the last named.
fn configurations(document: &Document<'_>) -> Vec<(String, String)> {
    let named = document.descendants().filter(|node| node.tag_name().name() == "ProjectConfiguration");
    let mut all: Vec<(String, String)> = named
        .filter_map(|node| node.attribute("Include")?.split_once('|'))
        .map(|(configuration, platform)| (configuration.to_owned(), platform.to_owned()))
        .collect();
    all.reverse();
    let rank = |pair: &(String, String)| (pair.1.eq_ignore_ascii_case("x64"), pair.0.to_lowercase().contains("debug"));
    all.sort_by_key(|pair| std::cmp::Reverse(rank(pair)));
    if all.is_empty() {
        all.push(("Debug".to_owned(), "x64".to_owned()));
    }
    all
}

impl Reader<'_> {
    /// The project under a configuration.
    fn evaluate(&mut self, stem: &str, document: &Document<'_>, (configuration, platform): &(String, String)) {
        let folder = self.folder.clone();
        self.begin(stem, configuration, platform);
        for pass in [Pass::Properties, Pass::Definitions, Pass::Items] {
            self.pass = pass;
            self.imported.clear();
            self.children(document.root_element(), &folder);
        }
    }

    fn begin(&mut self, stem: &str, configuration: &str, platform: &str) {
        self.properties.fix("Configuration", configuration);
        self.properties.fix("Platform", platform);
        // From the project's folder on, as all that projects spell: absolute or not, its own path is not repeated.
        self.properties.set("MSBuildProjectDirectory", ".");
        self.properties.set("ProjectDir", "./");
        self.properties.set("MSBuildThisFileDirectory", "./");
        self.properties.set("SolutionDir", &way(&self.folder, &self.solution_folder()));
        for name in ["MSBuildProjectName", "ProjectName", "TargetName"] {
            self.properties.set(name, stem);
        }
    }

    /// The nearest folder upwards that holds a solution, else the project's.
    fn solution_folder(&self) -> PathBuf {
        let holds = |folder: &Path| {
            let on_disk = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            std::fs::read_dir(on_disk).is_ok_and(|entries| {
                entries.flatten().any(|entry| {
                    Path::new(&entry.file_name()).extension().is_some_and(|e| e.eq_ignore_ascii_case("sln"))
                })
            })
        };
        self.folder.ancestors().take(6).find(|folder| holds(folder)).unwrap_or(&self.folder).to_owned()
    }

    fn holds(&self, node: Node<'_, '_>) -> bool {
        self.properties.holds(node.attribute("Condition"), &self.folder)
    }

    /// The elements that the pass is about, in document order; `here` is the folder of the file they are in.
    fn children(&mut self, parent: Node<'_, '_>, here: &Path) {
        for node in parent.children().filter(Node::is_element) {
            if !self.holds(node) {
                continue;
            }
            match node.tag_name().name() {
                "PropertyGroup" if self.pass == Pass::Properties => {
                    for property in node.children().filter(Node::is_element) {
                        if self.holds(property) {
                            let value = self.properties.expand(&content(property));
                            self.properties.set(property.tag_name().name(), &value);
                        }
                    }
                }
                "ItemDefinitionGroup" if self.pass == Pass::Definitions => self.definitions(node),
                "ItemGroup" if self.pass == Pass::Items => self.items(node),
                "ImportGroup" | "Choose" | "When" | "Otherwise" => self.children(node, here),
                "Import" => self.import(node, here),
                _ => {}
            }
        }
    }

    fn definitions(&mut self, group: Node<'_, '_>) {
        for item in named(group, "ClCompile").collect::<Vec<_>>() {
            if self.holds(item) {
                let inherited = self.metadata.clone();
                self.metadata = self.read_metadata(item, inherited);
            }
        }
        for link in group.children().filter(|node| matches!(node.tag_name().name(), "Link" | "Lib")).collect::<Vec<_>>()
        {
            for value in named(link, "AdditionalDependencies").collect::<Vec<_>>() {
                if self.holds(link) && self.holds(value) {
                    self.libraries.push(';');
                    self.libraries.push_str(&content(value));
                }
            }
        }
    }

    fn read_metadata(&self, item: Node<'_, '_>, mut metadata: Metadata) -> Metadata {
        for value in item.children().filter(Node::is_element) {
            if !self.holds(value) {
                continue;
            }
            let name = value.tag_name().name();
            let field = match name {
                "PreprocessorDefinitions" => &mut metadata.defines,
                "UndefinePreprocessorDefinitions" => &mut metadata.undefines,
                "AdditionalIncludeDirectories" => &mut metadata.include_dirs,
                "ForcedIncludeFiles" => &mut metadata.forced,
                "ExcludedFromBuild" => {
                    metadata.excluded = self.properties.expand(&content(value)).trim().eq_ignore_ascii_case("true");
                    continue;
                }
                _ => continue,
            };
            *field = self.properties.expand(&content(value)).replace(&format!("%({name})"), field);
        }
        metadata
    }

    fn items(&mut self, group: Node<'_, '_>) {
        for item in group.children().filter(Node::is_element).collect::<Vec<_>>() {
            let Some(include) = item.attribute("Include").filter(|_| self.holds(item)) else {
                continue;
            };
            let include = self.properties.expand(include);
            match item.tag_name().name() {
                "ClCompile" => {
                    let metadata = self.read_metadata(item, self.metadata.clone());
                    for part in list(&include) {
                        // `@(Name)` stands for the items of that name so far.
                        let named = part.strip_prefix("@(").and_then(|rest| rest.strip_suffix(')'));
                        let parts = named.map(|name| self.other_items.get(name).cloned().unwrap_or_default());
                        let parts = parts.unwrap_or_else(|| vec![part.to_owned()]);
                        self.items.extend(parts.into_iter().map(|part| (part, metadata.clone())));
                    }
                }
                "ProjectReference" => {
                    let folder = self.folder.clone();
                    self.references.extend(list(&include).map(|part| joined(&folder, part)));
                }
                name => {
                    let parts = list(&include).map(str::to_owned);
                    self.other_items.entry(name.to_owned()).or_default().extend(parts);
                }
            }
        }
    }

    fn import(&mut self, node: Node<'_, '_>, here: &Path) {
        let Some(target) = node.attribute("Project") else {
            return;
        };
        // What is imported is named from the file on; what is named by the project's folder, from there.
        self.properties.set("MSBuildThisFileDirectory", "./");
        let target = self.properties.expand(target).replace('\\', "/");
        self.properties.set("MSBuildThisFileDirectory", &way(&self.folder, here));
        let named = |from: &Path| {
            self.cache.find(from, &target).or_else(|| Some(joined(from, &target)).filter(|path| path.is_file()))
        };
        let Some(path) = named(here).or_else(|| named(&self.folder)) else {
            // Sheets of the kits are not in the driver's tree.
            return;
        };
        if self.imported.contains(&path) || self.imported.len() >= DEEPEST {
            return;
        }
        self.imported.push(path.clone());
        let Ok(text) = read_text(&path) else { return };
        match Document::parse(&text) {
            Ok(document) => {
                let folder = path.parent().map(Path::to_owned).unwrap_or_default();
                self.properties.set("MSBuildThisFileDirectory", &way(&self.folder, &folder));
                self.children(document.root_element(), &folder);
                self.properties.set("MSBuildThisFileDirectory", &way(&self.folder, here));
            }
            Err(error) => self.problems.push(not_xml(&path, &error)),
        }
    }

    fn output(&self) -> Output {
        let value = |name: &str| self.properties.get(name).trim().to_lowercase();
        let (kind, driver, toolset) = (value("ConfigurationType"), value("DriverType"), value("PlatformToolset"));
        let user =
            driver == "umdf" || driver == "package" || toolset.contains("usermode") || toolset.contains("application");
        let kernel =
            toolset.contains("kernelmode") || matches!(driver.as_str(), "kmdf" | "wdm" | "miniport" | "exportdriver");
        match kind.as_str() {
            _ if user => Output::Other,
            "driver" | "" => Output::Driver,
            "dynamiclibrary" | "application" if kernel => Output::Driver,
            "staticlibrary" => Output::Library,
            "makefile" => Output::Foreign,
            _ => Output::Other,
        }
    }

    /// Whether it is a driver of the user-mode framework, which is a library like any other to the build.
    fn is_user_driver(&self) -> bool {
        let value = |name: &str| self.properties.get(name).trim().to_lowercase();
        value("DriverType") == "umdf"
            || (value("PlatformToolset").contains("usermodedriver")
                && matches!(value("ConfigurationType").as_str(), "driver" | "dynamiclibrary"))
    }

    /// The compiled files that exist; for a driver, one that does not is a problem. Where another tool compiles, nobody
    /// says which.
    fn sources(&mut self, headers: &Arc<HeaderIndex>, output: Output) -> Vec<SourceEntry> {
        let mut sources: Vec<SourceEntry> = Vec::new();
        // Files that it names are for the eyes of whoever opens it.
        if output == Output::Foreign {
            return sources;
        }
        let mut last: Option<(Metadata, Arc<Settings>)> = None;
        for (include, metadata) in std::mem::take(&mut self.items) {
            if metadata.excluded {
                continue;
            }
            let settings = match &last {
                Some((known, settings)) if same(known, &metadata) => Arc::clone(settings),
                _ => Arc::new(self.settings(&metadata, headers)),
            };
            last = Some((metadata, Arc::clone(&settings)));
            let found = self.files(&include);
            if found.is_empty() && output != Output::Other && !include.contains("$(") {
                let message = format!("`{include}` is compiled by this project but is not there");
                let missing = problem("project/missing-source", &joined(&self.folder, &include), message);
                self.problems.push(Problem { severity: rulebook_diagnostics::Severity::Warning, ..missing });
            }
            sources.extend(found.into_iter().map(|path| SourceEntry { path, settings: Arc::clone(&settings) }));
        }
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        sources.dedup_by(|a, b| a.path == b.path);
        sources
    }

    fn files(&self, include: &str) -> Vec<PathBuf> {
        let spelled = include.replace('\\', "/");
        if spelled.contains('*') {
            let pattern = joined(&self.folder, &spelled);
            let options = glob::MatchOptions { case_sensitive: false, ..glob::MatchOptions::default() };
            let matches = glob::glob_with(&pattern.to_string_lossy(), options);
            return matches.map(|paths| paths.flatten().filter(|path| path.is_file()).collect()).unwrap_or_default();
        }
        let found = self.cache.find(&self.folder, &spelled).or_else(|| Some(joined(&self.folder, &spelled)));
        found.map(|path| crate::headers::normalized(&path)).filter(|path| path.is_file()).into_iter().collect()
    }

    /// A folder as the project spells it, in the case it has on disk.
    fn folder_named(&self, spelled: &str) -> PathBuf {
        let relative = spelled.replace('\\', "/");
        let found = self.cache.find(&self.folder, &relative);
        found.map_or_else(|| joined(&self.folder, spelled), |path| crate::headers::normalized(&path))
    }

    fn settings(&self, metadata: &Metadata, headers: &Arc<HeaderIndex>) -> Settings {
        let defines = list(&metadata.defines).map(super::definition).collect();
        let include_dirs =
            list(&metadata.include_dirs).map(|folder| self.folder_named(folder.trim_matches('"'))).collect();
        Settings {
            defines,
            undefines: list(&metadata.undefines).map(str::to_owned).collect(),
            include_dirs,
            forced_includes: list(&metadata.forced).map(str::to_owned).collect(),
            headers: Arc::clone(headers),
        }
    }
}

fn same(a: &Metadata, b: &Metadata) -> bool {
    a.defines == b.defines && a.undefines == b.undefines && a.include_dirs == b.include_dirs && a.forced == b.forced
}
/// How one folder is named from another; ends with `/`.
fn way(from: &Path, to: &Path) -> String {
    let (from, to) = (crate::headers::normalized(from), crate::headers::normalized(to));
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "../".to_owned());
    let down = to.components().skip(shared).map(|part| format!("{}/", part.as_os_str().to_string_lossy()));
    let way: String = up.chain(down).collect();
    if way.is_empty() { "./".to_owned() } else { way }
}
