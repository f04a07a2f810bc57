//! The JSON schemas that are published beside the files they describe.

/// Where each schema is, from the root of the site, and what is in it.
pub fn schemas() -> [(&'static str, &'static [u8]); 6] {
    [
        ("api/v1/schema/project.json", include_bytes!("schemas/project.json")),
        ("api/v1/schema/projects.json", include_bytes!("schemas/projects.json")),
        ("api/v1/schema/ecosystem.json", include_bytes!("schemas/ecosystem.json")),
        ("api/v1/schema/cubes.json", include_bytes!("schemas/cubes.json")),
        ("api/v1/schema/index.json", include_bytes!("schemas/index.json")),
        ("api/v1/schema/status.json", include_bytes!("schemas/status.json")),
    ]
}
