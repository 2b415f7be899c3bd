//! How a system is reached: address, login and certificates, which the document spells in two ways.

use super::ServiceKind;
use shared::config::Pipeline;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessField {
    Address,
    User,
    Password,
    /// Who signed the server's certificate.
    Authority,
    Certificate,
    Key,
}

/// A system with such fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    Ticdc,
    Service(ServiceKind),
}

impl Reached {
    /// The field's path in the document.
    pub fn path(self, field: AccessField) -> String {
        let name = match field {
            AccessField::Address if self == Self::Ticdc => "server",
            AccessField::Address => "url",
            AccessField::User => "user",
            AccessField::Password => "password",
            AccessField::Authority => "ca",
            AccessField::Certificate => "cert",
            AccessField::Key => "key",
        };
        match self {
            Self::Ticdc => format!("changefeed.ticdc_{name}"),
            Self::Service(kind) => format!("{}.{name}", kind.key()),
        }
    }

    pub fn read(self, document: &Pipeline, field: AccessField) -> String {
        match self {
            Self::Ticdc => {
                let spec = &document.changefeed;
                match field {
                    AccessField::Address => &spec.ticdc_server,
                    AccessField::User => &spec.ticdc_user,
                    AccessField::Password => &spec.ticdc_password.0,
                    AccessField::Authority => &spec.ticdc_ca.0,
                    AccessField::Certificate => &spec.ticdc_cert.0,
                    AccessField::Key => &spec.ticdc_key.0,
                }
                .clone()
            }
            Self::Service(kind) => kind.of(document).map_or_else(String::new, |service| {
                match field {
                    AccessField::Address => &service.url,
                    AccessField::User => &service.user,
                    AccessField::Password => &service.password.0,
                    AccessField::Authority => &service.ca.0,
                    AccessField::Certificate => &service.cert.0,
                    AccessField::Key => &service.key.0,
                }
                .clone()
            }),
        }
    }

    pub fn write(self, document: &mut Pipeline, field: AccessField, text: String) {
        match self {
            Self::Ticdc => {
                let spec = &mut document.changefeed;
                *match field {
                    AccessField::Address => &mut spec.ticdc_server,
                    AccessField::User => &mut spec.ticdc_user,
                    AccessField::Password => &mut spec.ticdc_password.0,
                    AccessField::Authority => &mut spec.ticdc_ca.0,
                    AccessField::Certificate => &mut spec.ticdc_cert.0,
                    AccessField::Key => &mut spec.ticdc_key.0,
                } = text;
            }
            Self::Service(kind) => kind.change(document, |service| {
                *match field {
                    AccessField::Address => &mut service.url,
                    AccessField::User => &mut service.user,
                    AccessField::Password => &mut service.password.0,
                    AccessField::Authority => &mut service.ca.0,
                    AccessField::Certificate => &mut service.cert.0,
                    AccessField::Key => &mut service.key.0,
                } = text;
            }),
        }
    }

    /// Whether it has certificates of its own.
    pub fn has_tls(self, document: &Pipeline) -> bool {
        [AccessField::Authority, AccessField::Certificate, AccessField::Key].into_iter().any(|field| !self.read(document, field).is_empty())
    }
}
