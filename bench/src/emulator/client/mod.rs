//! A lean client on hyper: keep-alive connections that are opened once, and requests that are made
//! beforehand, so that what is measured is the server.

mod connection;
mod load;
mod vault;

pub(super) use self::{
    connection::{Answer, Connection, Http, Place},
    load::{Load, Made},
    vault::Vault,
};
