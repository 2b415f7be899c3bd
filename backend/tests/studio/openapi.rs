//! The OpenAPI document is a contract: a change of it is a change to look at.

#[test]
fn the_openapi_document_is_as_reviewed() {
    insta::assert_snapshot!(backend::api::openapi().to_pretty_json().unwrap());
}
